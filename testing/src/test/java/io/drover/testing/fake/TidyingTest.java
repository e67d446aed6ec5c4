/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Facts;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.CutoverSettings;
import io.drover.replication.ManagedSetting;
import io.drover.testing.cluster.Waiting;
import io.drover.topology.MoveLock;
import io.drover.topology.ZkLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What moves that have ended, or never were, have left behind is found and undone; what belongs to a living one is not touched. */
final class TidyingTest {
    private static final MoveId NEVER = new MoveId("deadbeef-0000");
    private static final String ORPHAN = "drover_deadbeef";
    private static final Path DATA = Path.of("/fake", MiniCluster.SHARD.value(), "data");

    private final MiniCluster cluster = MiniCluster.withShard();

    @AfterEach
    void close() {
        cluster.close();
    }

    private List<String> slots(NodeId node) {
        return cluster.agent(node).observation().facts(cluster.instance()).slots().stream()
                .map(Facts.Slot::name)
                .toList();
    }

    private void leave(MoveId move) {
        Token token = new Token(cluster.leaderEpoch(), move, 80, Long.MAX_VALUE, 20_000);
        cluster.send(A, token, new Verb.CreateSlot("drover_" + move.shortId()));
        cluster.send(A, token, new Verb.CreateSlot("drover_" + move.shortId() + "_back"));
        cluster.send(A, token, new Verb.SetRewindLogin(true));
        cluster.send(A, token, new Verb.ArmGuard("drover_" + move.shortId(), null));
    }

    private boolean leaves(MoveId move) {
        try {
            leave(move);
            return true;
        } catch (DroverException e) {
            assertThat(e).hasMessageContaining("which has ended");
            return false;
        }
    }

    @Test
    void undoesWhatAMoveLeftThatNeverWas() {
        leave(NEVER);

        cluster.await(
                "it is gone", () -> slots(A).isEmpty() && cluster.report(A).journaledMove() == null);
        // the login is the last of it
        cluster.await("all of it is told", () -> cluster.agent(A).acts().acts().size() >= 4);

        Facts.InstanceFacts facts = cluster.agent(A).observation().facts(cluster.instance());
        assertThat(facts.unexplainedSettings()).isEmpty();
        assertThat(facts.leftovers()).isEmpty();
        assertThat(dataDirectory().rulesCarried)
                .as("access rules put there for a copy")
                .isFalse();
        cluster.start("\"cutover\":\"approve\"");
    }

    @Test
    void touchesNothingWithoutZooKeeper() throws InterruptedException {
        leave(NEVER);
        cluster.zooKeeper.stop();

        Waiting.pause(Duration.ofSeconds(8));

        assertThat(slots(A)).contains(ORPHAN);
        cluster.zooKeeper.start();
    }

    @Test
    void touchesNothingOfAMoveThatLives() throws InterruptedException {
        Move move = cluster.start("\"cutover\":\"approve\"");
        cluster.await("READY", () -> cluster.control().moves().get(move.id()).state() == MoveState.READY);
        cluster.killController();
        for (var node : List.of(A, B)) {
            cluster.killAgent(node);
            cluster.startAgent(node);
        }

        Waiting.pause(Duration.ofSeconds(8));

        assertThat(slots(A)).containsExactly(move.id().slotName());
        assertThat(cluster.agent(A).acts().acts()).isEmpty();
        cluster.startController();
        cluster.control().moves().approve(move.id());
        cluster.await("BAKING", () -> cluster.control().moves().get(move.id()).state() == MoveState.BAKING);
    }

    /** H63: a copy whose move is gone, whether or not it was completed. */
    @Test
    void removesTheCopyOfAMoveThatNeverWas() {
        Token token = new Token(cluster.leaderEpoch(), NEVER, 40, Long.MAX_VALUE, 20_000);
        cluster.send(A, token, new Verb.CreateSlot(ORPHAN));
        cluster.send(
                B,
                token,
                new Verb.StartCopy(
                        List.of(MiniCluster.SHARD),
                        A.value(),
                        MiniCluster.PORT,
                        ORPHAN,
                        null,
                        MoveRequest.Checkpoint.FAST));
        cluster.await("there is half of a copy", () -> !staging().isEmpty());
        cluster.killAgent(B);
        cluster.world.mishaps().powerOff(B.value());
        cluster.startAgent(B);

        cluster.await("it is gone", () -> staging().isEmpty());

        cluster.await("its slot, too", () -> slots(A).isEmpty());
        cluster.await("it is told", () -> !cluster.agent(B).acts().acts().isEmpty());
    }

    private List<Path> staging() {
        return cluster.world.node(B.value()).directories().marked(DATA, ".staging-");
    }

    /** H49: a journal that is lost explains nothing any more; what only a row of a move writes together is still known. */
    @Test
    void removesTheSettingsOfARowThatNoJournalExplainsAndLeavesAPersons() {
        write(CutoverSettings.values());
        write(Map.of(ManagedSetting.WAL_KEEP_SIZE, "64MB"));
        cluster.killAgent(A);
        cluster.startAgent(A);

        cluster.await(
                "they are gone",
                () -> stored().keySet().stream()
                        .noneMatch(CutoverSettings.values().keySet()::contains));
        assertThat(stored()).containsEntry(ManagedSetting.WAL_KEEP_SIZE, "64MB");
    }

    @Test
    void leavesSettingsThatAreNotAllThatARowWrites() throws InterruptedException {
        Map<ManagedSetting, String> some = new EnumMap<>(CutoverSettings.values());
        some.remove(ManagedSetting.WAL_INIT_ZERO);
        write(some);
        cluster.killAgent(A);
        cluster.startAgent(A);

        Waiting.pause(Duration.ofSeconds(8));

        assertThat(stored()).containsAllEntriesOf(some);
    }

    private void write(Map<ManagedSetting, String> values) {
        cluster.world.change(() -> values.forEach((setting, value) -> file().put(setting.parameter(), value)));
    }

    private Map<ManagedSetting, String> stored() {
        Map<ManagedSetting, String> stored = new EnumMap<>(ManagedSetting.class);
        cluster.world.change(() -> file().forEach(
                        (name, value) -> stored.put(ManagedSetting.valueOf(name.toUpperCase(Locale.ROOT)), value)));
        return stored;
    }

    /** postgresql.auto.conf of the primary. */
    private Map<String, String> file() {
        return dataDirectory().autoConf;
    }

    private FakeDirectory dataDirectory() {
        return Objects.requireNonNull(cluster.world.host(A.value()).directories.get(DATA), "no data");
    }

    /** H65: from such a slot another standby streams, as long as there is one. */
    @Test
    void dropsTheSlotOfAStandbyOnlyWhenTheShardHasNone() throws InterruptedException {
        String ofStandby = ORPHAN + "_s1";
        Endpoint standby = new Endpoint(new NodeId("node_c"), "node_c", MiniCluster.PORT);
        change(topology -> FenceTransitions.withReader(topology, standby, null));
        Token token = new Token(cluster.leaderEpoch(), NEVER, 78, Long.MAX_VALUE, 20_000);
        cluster.send(A, token, new Verb.CreateSlot(ofStandby));
        cluster.send(A, token, new Verb.CreateSlot(ORPHAN));

        cluster.await("the other one is gone", () -> !slots(A).contains(ORPHAN));
        assertThat(slots(A)).as("its standby may come back").containsExactly(ofStandby);

        change(topology -> FenceTransitions.withoutReader(topology, standby.node()));
        cluster.killAgent(A);
        cluster.startAgent(A);
        cluster.await("it is gone", () -> slots(A).isEmpty());
    }

    private void change(UnaryOperator<ShardTopology> change) {
        cluster.topologies.swap(
                List.of(cluster.topologies.read(MiniCluster.SHARD).orElseThrow()), change);
    }

    @Test
    void tellsTheMoveAndFreesItsLocks() {
        Move move = cluster.start("\"cutover\":\"approve\"");
        cluster.await("READY", () -> cluster.control().moves().get(move.id()).state() == MoveState.READY);
        cluster.control().moves().abort(move.id());
        cluster.await("ABORTED", () -> cluster.control().moves().get(move.id()).state() == MoveState.ABORTED);
        cluster.leadership()
                .transaction()
                .create(ZkLayout.nodeLock(A), new MoveLock(move.id()))
                .commit();
        // or the agent would refuse commands of a move that has ended
        change(topology -> FenceTransitions.reserve(topology, move.id()));
        cluster.await("the agent has heard of it", () -> leaves(move.id()));
        change(FenceTransitions::release);

        cluster.await(
                "its slots and its lock are gone",
                () -> slots(A).isEmpty()
                        && cluster.documents.read(ZkLayout.nodeLock(A)).isEmpty());
        cluster.await(
                "its history says so",
                () -> cluster.control().moves().get(move.id()).history().stream()
                                .filter(entry -> entry.event().startsWith("left over"))
                                .count()
                        >= 3);
    }
}
