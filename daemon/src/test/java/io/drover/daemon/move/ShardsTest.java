/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static io.drover.daemon.move.Moved.A;
import static io.drover.daemon.move.Moved.SHARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.daemon.move.FakeWorld.Moment;
import io.drover.replication.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Adoption beside moves, with agents in memory and a real ZooKeeper server. */
@Timeout(60)
class ShardsTest {
    private static final ShardId SECOND = new ShardId("shard_02");
    private static final MoveId MOVE = new MoveId("abcd1234-0000");
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(20);

    private MoveStage stage;
    private MoveStage.Desk desk;

    @BeforeEach
    void open() {
        stage = new MoveStage();
        desk = stage.desk();
    }

    @AfterEach
    void close() throws IOException {
        desk.close();
        stage.close();
    }

    private static ShardAdoption adoption(String dataDir) {
        return new ShardAdoption(A, dataDir, Moved.ON_A.port(), "app", null);
    }

    private void assertRefused(ErrorCode code, ShardId shard, ShardAdoption adoption) {
        assertThatThrownBy(() -> desk.shards.adopt(shard, adoption))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void adoptsASecondShardOfAnInstanceThatNoMoveHolds() {
        assertThat(desk.shards.adopt(SECOND, adoption(FakeWorld.DATA)).instance())
                .isEqualTo(Moved.INSTANCE);
        assertThat(desk.shards.shards()).hasSize(2);
    }

    @Test
    void adoptsNoShardOfAnInstanceThatAMoveHolds() {
        List<String> verbs = new ArrayList<>();
        desk.world.hook = (verb, moment) -> verbs.add(verb);
        desk.lock(MOVE);

        assertThatThrownBy(() -> desk.shards.adopt(SECOND, adoption(FakeWorld.DATA)))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.SHARD_BUSY);
                    assertThat(e.moveId()).contains(MOVE);
                });
        assertThat(verbs).isEmpty();
    }

    @Test
    void publishesNoShardOfAnInstanceThatAMoveTookMeanwhile() {
        desk.world.hook = (verb, moment) -> {
            if (moment == Moment.AFTER) {
                desk.lock(MOVE);
            }
        };

        assertRefused(ErrorCode.SHARD_BUSY, SECOND, adoption(FakeWorld.DATA));
        assertThat(desk.shards.shards()).hasSize(1);
    }

    @Test
    void undoesAMoveThatKnowsOnlyAPartOfTheShardsOfItsInstance() {
        desk.world.onChecks = () -> {
            desk.world.onChecks = () -> {};
            desk.adoptQuietly(SECOND);
        };
        Move move = desk.moves.create(Moved.request(), Optional.empty());

        assertThat(Waiting.until(LIMIT, POLL, () -> desk.stateOf(move.id()) == MoveState.ABORTED))
                .isTrue();
        assertThat(desk.moves.get(move.id()).error().detail()).contains("shard_02");
    }

    @Test
    void aRepeatedAdoptionIsTheSameOnlyInTheSameDirectory() {
        assertThat(desk.shards.adopt(SHARD, adoption(FakeWorld.DATA)).shard()).isEqualTo(SHARD);
        assertRefused(ErrorCode.ALREADY_EXISTS, SHARD, adoption("/elsewhere"));
    }
}
