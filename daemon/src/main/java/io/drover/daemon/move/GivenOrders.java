/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.NodeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What people have asked of a move.
 *
 * @param oldPrimaryGivenUp the move may end without the old primary, whatever becomes of that
 * @param drill a drill of the cutover, after which the move waits for its approval again
 * @param standbysGivenUp nodes whose standby does not follow, without which the move may end
 * @param standbysWaived why a person lets the rollback leave standbys behind that do not stream, or null when nobody does
 */
record GivenOrders(
        boolean paused,
        boolean approved,
        boolean complete,
        boolean oldPrimaryGivenUp,
        Boolean drill,
        List<NodeId> standbysGivenUp,
        @Nullable String standbysWaived) {
    static final GivenOrders NONE = new GivenOrders(false, false, false, false, false, List.of(), null);

    GivenOrders {
        // absent in a record that an older version wrote
        drill = drill != null && drill;
        standbysGivenUp = standbysGivenUp == null ? List.of() : List.copyOf(standbysGivenUp);
    }

    GivenOrders withPaused(boolean now) {
        return new GivenOrders(now, approved, complete, oldPrimaryGivenUp, drill, standbysGivenUp, standbysWaived);
    }

    GivenOrders withApproved() {
        return new GivenOrders(paused, true, complete, oldPrimaryGivenUp, drill, standbysGivenUp, standbysWaived);
    }

    GivenOrders withComplete() {
        return new GivenOrders(false, approved, true, oldPrimaryGivenUp, drill, standbysGivenUp, standbysWaived);
    }

    GivenOrders withOldPrimaryGivenUp() {
        return new GivenOrders(false, approved, true, true, drill, standbysGivenUp, standbysWaived);
    }

    GivenOrders withStandbysGivenUp(List<NodeId> nodes) {
        return new GivenOrders(paused, approved, complete, oldPrimaryGivenUp, drill, nodes, standbysWaived);
    }

    GivenOrders withDrill(boolean now) {
        return new GivenOrders(paused, approved, complete, oldPrimaryGivenUp, now, standbysGivenUp, standbysWaived);
    }

    /** For the rollback that begins. */
    GivenOrders withStandbysWaived(String reason) {
        return new GivenOrders(paused, approved, complete, oldPrimaryGivenUp, drill, standbysGivenUp, reason);
    }

    /** After a rollback that was given up: what it would have left behind is there still. */
    GivenOrders withStandbysKept() {
        return new GivenOrders(paused, approved, complete, oldPrimaryGivenUp, drill, List.of(), null);
    }
}
