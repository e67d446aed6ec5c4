/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an order.
 *
 * @param refusal the code of a refusal, or null when the order is accepted
 * @param why why it is refused, with placeholders
 * @param hint what the person can do instead, with placeholders
 */
record Ruling(@Nullable ErrorCode refusal, String why, String hint) {
    static final Ruling ACCEPTED = new Ruling(null, "", "");
    /** What was ordered is so already: accepted, and nothing changes. */
    static final Ruling REPEATED = new Ruling(null, "a repeat", "");

    static Ruling refused(String why, String hint) {
        return refused(ErrorCode.STATE_CONFLICT, why, hint);
    }

    static Ruling refused(ErrorCode code, String why, String hint) {
        return new Ruling(code, why, hint);
    }

    /** The refusal of an order for this move, or empty when it is accepted. */
    Optional<DroverException> refusal(MoveRecord record, Order order) {
        return Optional.ofNullable(refusal)
                .map(code -> new DroverException(
                                code,
                                "move " + record.identity().id() + " is in " + record.state() + " at step "
                                        + MoveOrders.stepOf(record) + ": " + order.word() + " is refused, "
                                        + filled(why, record),
                                filled(hint, record))
                        .at(record.identity().id(), MoveOrders.stepOf(record)));
    }

    private static String filled(String text, MoveRecord record) {
        MoveIdentity identity = record.identity();
        return text.replace("{id}", identity.id().value())
                .replace("{shard}", identity.request().shard().value())
                .replace("{source}", identity.source().node().value())
                .replace("{target}", identity.target().node().value())
                .replace("{bake}", Objects.toString(record.bakeEndsAt(), "its end"));
    }
}
