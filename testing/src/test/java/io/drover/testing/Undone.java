/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.WorldSnapshot;
import java.util.Map;

/** What a move that was given up has to be, whoever gave it up and when. */
final class Undone {
    private static final String ABORTED = "aborted by a person";

    private Undone() {}

    /** The line of the order tells at which step it was given. */
    static void assertAbortedIn(Scene scene, Move move, int first, int last) {
        assertThat(scene.rest().move(move.id()).history())
                .filteredOn(line -> line.event().equals(ABORTED))
                .first()
                .satisfies(line -> assertThat(line.step()).isBetween(first, last));
    }

    /** Whether the move had gone on to a later step when the order came. */
    static boolean isAbortedBehind(Scene scene, Move move, int last) {
        return scene.rest().move(move.id()).history().stream()
                .anyMatch(line -> line.event().equals(ABORTED) && line.step() > last);
    }

    static Move assertUndone(Scene scene, Move move, Map<String, String> before) {
        Move aborted = scene.await(move, MoveState.ABORTED);
        scene.awaitWrites(50);
        assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
        assertThat(scene.topology().move()).isNull();
        // another standby of the shard is no part of the move
        assertThat(scene.topology().replicas())
                .extracting(Replica::role)
                .doesNotContain(ReplicaRole.TARGET, ReplicaRole.ROLLBACK);
        assertThat(WorldSnapshot.differences(before, scene.traces())).isEmpty();
        return aborted;
    }
}
