/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.LeaderEpoch;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.TopologyState;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What an agent does alone about a source that is sealed and a target that is being promoted, also one that has lost its memory. */
@Isolated // the listener of fault points is the process's own
final class WatchdogTest {
    /** Its agent waits so long, and a little longer, before it acts alone. */
    private static final String PAUSE = "\"maxWritePause\":\"3s\",\"cutover\":\"auto\"";
    /** For what does not wait for that. */
    private static final String LONG_PAUSE = "\"maxWritePause\":\"30s\",\"cutover\":\"auto\"";

    private static final Duration SEVERAL_LOOKS = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final ShardId SECOND = new ShardId("shard_02");
    private static final MoveId STRANGER = new MoveId("deadbeef-0000");

    private final MiniCluster cluster = MiniCluster.withShard();

    private final AtomicBoolean dead = new AtomicBoolean();

    private AutoCloseable armed = () -> {};

    @AfterEach
    void close() throws Exception {
        armed.close();
        cluster.close();
    }

    /** The controller dies behind the seal. */
    private void sealAndLoseController() {
        sealAndLoseController(PAUSE);
    }

    private void sealAndLoseController(String pause) {
        armed = FaultPoints.arm(at(new FaultPoint("row-110", "run", FaultPoint.When.AFTER)));
        cluster.start(pause);
        cluster.await("it is sealed", () -> sealed() && held());
        // the seal runs on its thread, too: killed before, it would break off in the middle
        cluster.await("the controller's death", dead::get);
        cluster.killController();
    }

    /** From this point on no controller does anything any more. */
    private FaultPoints.Listener at(FaultPoint point) {
        return reached -> {
            if (reached.equals(point)) {
                dead.set(true);
            }
            boolean controllers =
                    reached.place().startsWith("row-") || reached.place().equals("move");
            if (dead.get() && controllers) {
                throw new DroverException(ErrorCode.LEADERSHIP_LOST, "the controller died at " + reached);
            }
        };
    }

    /** Asks no server: a login at the held door waits. */
    private boolean sealed() {
        return cluster.agent(A).observation().memory().instances().stream()
                .anyMatch(memory -> memory.sealedEpoch() != null);
    }

    private boolean held() {
        return cluster.world.running().stream().anyMatch(server -> server.host().equals("node_a") && server.held());
    }

    @Test
    void lowersAFenceThatNobodyLowers() {
        sealAndLoseController();

        cluster.await("SERVING", () -> cluster.topology().state() == TopologyState.SERVING);

        assertThat(cluster.topology().primary().node()).isEqualTo(A);
        assertThat(cluster.writable()).containsExactly("node_a");
        cluster.await("the seal is lifted", () -> !sealed());
    }

    @Test
    void lowersItAlsoWhenTheAgentWasKilledMeanwhile() {
        sealAndLoseController();

        cluster.killAgent(A);
        cluster.startAgent(A);

        cluster.await("SERVING", () -> cluster.topology().state() == TopologyState.SERVING);
        assertThat(cluster.writable()).containsExactly("node_a");
    }

    /** One shard of a fence is never lowered alone: the others would stay fenced for good. */
    @Test
    void lowersItForEveryShardOfTheInstanceAlsoWhenItHasHeardOfOneOnly() {
        String directory = cluster.report(A).dataDir();
        cluster.control().shards().adopt(SECOND, new ShardAdoption(A, directory, MiniCluster.PORT, "other", false));
        sealAndLoseController();
        cluster.agent(A).topologyListener().absent(SECOND);

        cluster.await("both are SERVING", () -> {
            cluster.agent(A).topologyListener().absent(SECOND);
            return Stream.of(MiniCluster.SHARD, SECOND)
                    .map(shard -> cluster.topologies.read(shard).orElseThrow().value())
                    .allMatch(topology -> topology.state() == TopologyState.SERVING);
        });
        assertThat(cluster.writable()).containsExactly("node_a");
    }

    /** A seal comes after its fence: who stands still before that was stopped by somebody else, and goes on one day. */
    @Test
    void takesASourceThatSomebodyFreezesBehindAPreparedSealForWhatItIs() {
        armed = FaultPoints.arm(at(new FaultPoint("row-95", "run", FaultPoint.When.AFTER)));
        cluster.start(LONG_PAUSE);
        cluster.await("the controller's death", dead::get);
        cluster.killController();
        cluster.world.mishaps().freeze("node_a", MiniCluster.PORT, true);

        assertThat(Waiting.until(SEVERAL_LOOKS, POLL, this::sealed)).isFalse();

        cluster.world.mishaps().freeze("node_a", MiniCluster.PORT, false);
        assertThat(cluster.topology().state()).isEqualTo(TopologyState.SERVING);
        assertThat(cluster.writable()).containsExactly("node_a");
    }

    /** F45: nobody but the files of the instance knows of the seal. */
    @Test
    void lowersItAlsoWhenTheStateDirectoryIsOlderThanTheSeal() throws IOException {
        Map<String, byte[]> old = contents(cluster.files.get(A));
        sealAndLoseController();

        cluster.killAgent(A);
        FakeStateFiles restored = new FakeStateFiles();
        old.forEach((name, content) -> restore(restored, name, content));
        cluster.files.put(A, restored);
        cluster.startAgent(A);

        cluster.await("SERVING", () -> cluster.topology().state() == TopologyState.SERVING);
        assertThat(cluster.writable()).containsExactly("node_a");
        assertThat(cluster.agent(A).observation().facts(cluster.instance()).unexplainedSettings())
                .doesNotContainKeys("listen_addresses", "autovacuum", "synchronous_standby_names");
    }

    private static Map<String, byte[]> contents(FakeStateFiles files) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : files.names()) {
            contents.put(name, files.read(name));
        }
        return contents;
    }

    private static void restore(FakeStateFiles files, String name, byte[] content) {
        try {
            files.replace(name, content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void publishesATargetThatNobodyPublishes() {
        armed = FaultPoints.arm(at(new FaultPoint("row-140", "run", FaultPoint.When.BEFORE)));
        cluster.start(LONG_PAUSE);
        cluster.await("PROMOTING", () -> cluster.topology().state() == TopologyState.PROMOTING);
        cluster.await("the controller's death", dead::get);
        cluster.killController();

        cluster.killAgent(B);
        cluster.startAgent(B);

        cluster.await("SERVING", () -> cluster.topology().state() == TopologyState.SERVING);
        assertThat(cluster.topology().primary().node()).isEqualTo(B);
        cluster.await("one writes", () -> cluster.writable().equals(List.of("node_b")));
    }

    /** F45: what the agent stored cannot refuse it, so ZooKeeper has to. */
    @Test
    void refusesAnOldLeaderAlsoWhenItsOwnTokensAreLost() {
        Token old = new Token(new LeaderEpoch(0), STRANGER, 30, 1, 20_000);

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> cluster.send(A, old, new Verb.CreateSlot("drover_deadbeef")))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.LEADERSHIP_LOST));

        assertThat(slots()).isEmpty();
        assertThat(cluster.report(A).journaledMove()).isNull();
    }

    /** F46. */
    @Test
    void doesNothingThatItCannotRemember() {
        cluster.files.get(A).fillDisk(true);

        for (Verb<?> verb : List.of(
                new Verb.CreateSlot("drover_deadbeef"),
                new Verb.ArmGuard("drover_deadbeef", null),
                new Verb.PrepareSeal(new FenceEpoch(2), "drover_deadbeef"))) {
            assertThatExceptionOfType(DroverException.class)
                    .isThrownBy(() -> cluster.send(A, cluster.leadership(), STRANGER, 5, verb))
                    .withMessageContaining("nothing was done");
        }

        assertThat(slots()).isEmpty();
        assertThat(cluster.agent(A).observation().facts(cluster.instance()).unexplainedSettings())
                .isEmpty();
    }

    /** H19. */
    @Test
    void takesNoGuardBackBehindASeal() {
        sealAndLoseController(LONG_PAUSE);
        MoveId move = requireNonNull(cluster.topology().move(), "no move holds the shard");
        Token token = new Token(cluster.leaderEpoch(), move, 80, Long.MAX_VALUE, 20_000);

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> cluster.send(A, token, new Verb.RestoreSettings(0)))
                .withMessageContaining("sealed");
    }

    /** H40: behind the point of no return a person would be asked for. */
    @Test
    void promotesAlsoWhenItsZooKeeperHasNotHeardOfThePointOfNoReturn() {
        armed = FaultPoints.arm(reached -> {
            if (reached.equals(new FaultPoint("row-130", "record", FaultPoint.When.BEFORE))) {
                cluster.letFallBehind(B);
            }
        });

        MoveId move = cluster.start(LONG_PAUSE).id();

        cluster.await("it rests", () -> rests(move));
        assertThat(state(move)).isEqualTo(MoveState.BAKING);
    }

    /** H40: the fence would stay up until the watchdog lowers it, and a person would be asked for. */
    @Test
    void unsealsAlsoWhenItsZooKeeperHasNotHeardOfTheAbort() {
        armed = FaultPoints.arm(reached -> {
            if (reached.equals(new FaultPoint("row-120", "run", FaultPoint.When.BEFORE))) {
                throw new DroverException(ErrorCode.POSTGRES_FAILED, "something fails in the pause");
            } else if (reached.equals(new FaultPoint("row-110", "undo", FaultPoint.When.BEFORE))) {
                cluster.letFallBehind(A);
            }
        });

        MoveId move = cluster.start(LONG_PAUSE).id();

        cluster.await("it rests", () -> rests(move));
        assertThat(state(move)).isEqualTo(MoveState.ABORTED);
        assertThat(cluster.writable()).containsExactly("node_a");
    }

    /** H40: another move has ended, which a server that lags behind still names. */
    @Test
    void takesAnEndedMoveForTheHolderOnlyWhenThatIsProven() {
        armed = FaultPoints.arm(reached -> {
            if (reached.equals(new FaultPoint("row-20", "undo", FaultPoint.When.BEFORE))) {
                cluster.letFallBehind(A);
            }
        });
        MoveId first = cluster.start("\"cutover\":\"approve\"").id();
        cluster.await("it waits for a person", () -> state(first) == MoveState.READY);
        Move unused = cluster.control().moves().abort(first);
        cluster.await("its end", () -> state(first) == MoveState.ABORTED);

        MoveId second = cluster.start("\"cutover\":\"approve\"").id();

        cluster.await("it rests", () -> state(second) == MoveState.READY || rests(second));
        assertThat(state(second)).isEqualTo(MoveState.READY);
    }

    private MoveState state(MoveId move) {
        return cluster.control().moves().get(move).state();
    }

    private boolean rests(MoveId move) {
        return Set.of(MoveState.BAKING, MoveState.ABORTED, MoveState.NEEDS_OPERATOR)
                .contains(state(move));
    }

    private List<String> slots() {
        return cluster.agent(A).observation().facts(cluster.instance()).slots().stream()
                .map(slot -> slot.name())
                .toList();
    }
}
