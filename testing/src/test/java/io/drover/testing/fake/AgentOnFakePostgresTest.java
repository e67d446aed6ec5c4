/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.LeaderEpoch;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Reports.StopReport;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.Agent;
import io.drover.daemon.agent.NodeTools;
import io.drover.replication.Waiting;
import io.drover.topology.LeaderElection;
import io.drover.topology.Leadership;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZkLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The agent as it is shipped, on servers that do not exist. */
@Isolated // the listener of fault points is the process's own
final class AgentOnFakePostgresTest {
    private static final Scheduler SCHEDULER = Scheduler.system();
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Path ROOT = Path.of("/fake");
    private static final ShardId SHARD = new ShardId("shard_01");
    private static final MoveId MOVE = new MoveId("1a2b3c4d-0000");
    private static final String SLOT = "drover_1a2b3c4d";
    private static final int PORT = 5433;

    private final FakePostgres world = new FakePostgres(SCHEDULER, FakeTimes.usual());
    private final FakeZooKeeper zooKeeper = new FakeZooKeeper(SCHEDULER, ZkLayout.roots());
    private final FakeStateFiles files = new FakeStateFiles();
    private final Agent source = agent("host_a", files);
    private final FakeStateFiles filesOfTarget = new FakeStateFiles();
    private final Agent target = agent("host_b", filesOfTarget);
    private AutoCloseable armed = () -> {};
    private @Nullable Leadership leadership;
    private long sequence;

    @AfterEach
    void close() throws Exception {
        armed.close();
        source.stop();
        target.stop();
        zooKeeper.close();
    }

    private Agent agent(String host, FakeStateFiles state) {
        return Agent.assemble(
                new NodeTools(new NodeId(host), host, ROOT, ROOT, world.node(host), SCHEDULER),
                state,
                new TopologyStore(zooKeeper.connect(host, LIMIT, SCHEDULER, message -> Network.Fate.AT_ONCE)),
                () -> true);
    }

    @Test
    void takesAMoveUpToItsFence() {
        InstanceId instance = prepareForTheFence();

        send(source, instance, new Verb.RestoreSettings(0));
        assertThat(source.observation().instance(instance).journaledMove()).isNull();
    }

    /** As an abort behind a clean stop does it: nobody has to wait for the agent to find its server down. */
    @Test
    void aSourceThatWasShutDownInOrderIsUpAgainWhenItIsUnsealed() {
        InstanceId instance = prepareForTheFence();
        publish(TopologyState.FENCED, instance);
        send(source, instance, new Verb.Seal(new FenceEpoch(2), SLOT));
        send(source, instance, new Verb.Stop(StopMode.CLEAN));
        assertThat(source.observation().instance(instance).running()).isFalse();
        TopologyStore store =
                new TopologyStore(zooKeeper.connect("reader", LIMIT, SCHEDULER, message -> Network.Fate.AT_ONCE));
        requireNonNull(leadership, "nobody leads")
                .transaction()
                .set(
                        ZkLayout.shardTopology(SHARD),
                        store.read(SHARD).orElseThrow(),
                        topology(TopologyState.ABORTING, instance))
                .commit();

        send(source, instance, new Verb.Unseal());

        assertThat(source.observation().instance(instance))
                .returns(true, InstanceReport::running)
                .returns(null, InstanceReport::sealedEpoch);
        try (FakeClient client = world.client("app", "host_a", PORT)) {
            client.commit("is answered");
        }
    }

    @Test
    void aServerThatIsShutDownInOrderHasSentTheCheckpointThatItEndsWith() {
        InstanceId instance = prepareForTheFence();
        publish(TopologyState.FENCED, instance);
        SealReport seal = (SealReport) send(source, instance, new Verb.Seal(new FenceEpoch(2), SLOT));
        StopReport stop = (StopReport) send(source, instance, new Verb.Stop(StopMode.CLEAN));

        assertThat(stop.state()).isEqualTo("shut down");
        Lsn checkpoint = requireNonNull(stop.checkpoint(), "no checkpoint");
        TailReport tail = (TailReport) send(source, instance, new Verb.ReadTail(seal.timeline(), checkpoint));
        assertThat(tail.recordsPast()).isOne();
        Lsn end = requireNonNull(tail.end(), "no end");
        assertThat(end).isGreaterThan(seal.finalLsn());
        assertThat((ReplayReport) send(target, instance, new Verb.AwaitReplayed(end)))
                .returns(end, ReplayReport::replayed);
    }

    private InstanceId prepareForTheFence() {
        InstanceId instance = initialize();
        send(source, instance, new Verb.CreateSlot(SLOT));
        send(
                target,
                instance,
                new Verb.StartCopy(List.of(SHARD), "host_a", PORT, SLOT, null, MoveRequest.Checkpoint.FAST));
        assertThat(Waiting.until(
                        LIMIT, POLL, () -> target.observation().job(instance).state() == JobState.DONE))
                .isTrue();
        send(target, instance, new Verb.StartStandby(List.of(SHARD), "host_a", PORT, SLOT, SLOT));
        assertThat(Waiting.until(
                        LIMIT,
                        POLL,
                        () -> Boolean.TRUE.equals(
                                target.observation().instance(instance).streaming())))
                .isTrue();
        send(source, instance, new Verb.Checkpoint());
        send(target, instance, new Verb.PrepareTarget());
        sendIn(80, source, instance, new Verb.ArmGuard(SLOT, null));

        assertThat((GuardProbeReport) send(source, instance, new Verb.ProbeGuard()))
                .returns(true, GuardProbeReport::committed);
        assertThat((AlignReport) send(source, instance, new Verb.AlignWal(65_536)))
                .satisfies(aligned -> assertThat(aligned.written()).isPositive());
        sendIn(95, source, instance, new Verb.PrepareSeal(new FenceEpoch(2), SLOT));
        assertThat(source.observation().instance(instance).journaledMove()).isEqualTo(MOVE);
        return instance;
    }

    @Test
    void takesTheGuardBackFromASourceThatStandsStill() {
        InstanceId instance = initialize();
        send(source, instance, new Verb.CreateSlot(SLOT));
        send(source, instance, new Verb.ArmGuard(SLOT, null));
        world.mishaps().freeze("host_a", PORT, true);

        assertThatThrownBy(() -> send(source, instance, new Verb.RestoreSettings(0)))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_UNREACHABLE));
        assertThat(source.observation().instance(instance).journaledMove())
                .as("what was on its way to the server may come after it")
                .isEqualTo(MOVE);
        world.mishaps().freeze("host_a", PORT, false);

        try (FakeClient client = world.client("app", "host_a", PORT)) {
            // the target of the move is not there
            client.commit("waits for nobody");
        }
        send(source, instance, new Verb.RestoreSettings(0));
        assertThat(source.observation().instance(instance).journaledMove()).isNull();
    }

    /** Its fence is lowered, and nobody else would let it go on. */
    @Test
    void opensASourceThatStandsStillThoughItWasNeverSealed() {
        InstanceId instance = initialize();
        publish(TopologyState.ABORTING, instance);
        world.mishaps().freeze("host_a", PORT, true);

        send(source, instance, new Verb.Unseal());

        try (FakeClient client = world.client("app", "host_a", PORT)) {
            client.commit("is answered");
        }
    }

    @Test
    void knowsItsInstancesAfterItWasKilled() {
        InstanceId instance = initialize();

        Agent next = agent("host_a", files);

        assertThat(next.observation().instance(instance))
                .returns(true, InstanceReport::running)
                .returns(false, InstanceReport::inRecovery);
    }

    @Test
    void tellsTheFactsOfAHealthyInstance() {
        InstanceId instance = initialize();

        assertThat(source.observation().facts(instance).instance()).isEqualTo(instance);
        assertThat(target.observation()
                        .targetFacts(SHARD, PORT, "host_a", PORT, List.of())
                        .replicationLogin())
                .isEmpty();
    }

    @Test
    void givesUpACopyWhoseSourceIsKilled() {
        InstanceId instance = initialize();
        send(source, instance, new Verb.CreateSlot(SLOT));
        inTheCopy("base-backup", FaultPoint.When.AFTER, () -> world.mishaps().kill("host_a", PORT));

        send(
                target,
                instance,
                new Verb.StartCopy(List.of(SHARD), "host_a", PORT, SLOT, null, MoveRequest.Checkpoint.FAST));

        assertThat(Waiting.until(
                        LIMIT, POLL, () -> target.observation().job(instance).state() == JobState.FAILED))
                .isTrue();
        assertThat(target.observation().job(instance))
                .extracting(JobReport::error)
                .asString()
                .isNotEmpty();
    }

    @Test
    void storesTheEndOfAJobAsSoonAsItsDiskHasRoomAgain() {
        InstanceId instance = initialize();
        send(source, instance, new Verb.CreateSlot(SLOT));
        inTheCopy("verify", FaultPoint.When.BEFORE, () -> filesOfTarget.fillDisk(true));
        send(
                target,
                instance,
                new Verb.StartCopy(List.of(SHARD), "host_a", PORT, SLOT, null, MoveRequest.Checkpoint.FAST));
        assertThat(Waiting.until(
                        LIMIT,
                        POLL,
                        () -> target.observation().job(instance).phase().equals("verify")))
                .isTrue();
        assertThat(Waiting.until(
                        Duration.ofMillis(1_500),
                        POLL,
                        () -> target.observation().job(instance).state() != JobState.RUNNING))
                .isFalse();

        filesOfTarget.fillDisk(false);

        assertThat(Waiting.until(
                        LIMIT, POLL, () -> target.observation().job(instance).state() == JobState.DONE))
                .isTrue();
    }

    /** On the copy's own thread: it takes a second, and this one may come too late. */
    private void inTheCopy(String effect, FaultPoint.When when, Runnable harm) {
        FaultPoint point = new FaultPoint("copy", effect, when);
        armed = FaultPoints.arm(reached -> {
            if (reached.equals(point)) {
                harm.run();
            }
        });
    }

    private InstanceId initialize() {
        lead();
        Object report =
                dispatch(source, new InstanceId("1"), new Verb.Initialize(SHARD, PORT, new DatabaseName("app")), null);
        return ((InstanceReport) report).instance();
    }

    /** Agents hear only of a leader that ZooKeeper knows. */
    private void lead() {
        CompletableFuture<Leadership> gained = new CompletableFuture<>();
        LeaderElection election = new LeaderElection(
                zooKeeper.connect("c1", LIMIT, SCHEDULER, message -> Network.Fate.AT_ONCE),
                "c1",
                "http://c1",
                new LeaderElection.Listener() {
                    @Override
                    public void gained(Leadership leadership) {
                        gained.complete(leadership);
                    }

                    @Override
                    public void lost() {}
                });
        election.start();
        leadership = gained.orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
        assertThat(leadership.epoch()).isEqualTo(new LeaderEpoch(1));
    }

    private void publish(TopologyState state, InstanceId instance) {
        requireNonNull(leadership, "nobody leads")
                .transaction()
                .create(ZkLayout.shardTopology(SHARD), topology(state, instance))
                .commit();
    }

    private static ShardTopology topology(TopologyState state, InstanceId instance) {
        return new ShardTopology(
                1,
                SHARD,
                instance,
                new FenceEpoch(2),
                state,
                "app",
                new ShardTopology.Endpoint(new NodeId("host_a"), "host_a", PORT),
                List.of(),
                MOVE,
                null);
    }

    private Object send(Agent agent, InstanceId instance, Verb<?> verb) {
        return sendIn(10, agent, instance, verb);
    }

    /** As a row of the move, which the journal goes by. */
    private Object sendIn(int row, Agent agent, InstanceId instance, Verb<?> verb) {
        Token token = new Token(new LeaderEpoch(1), MOVE, row, ++sequence, LIMIT.toMillis());
        return dispatch(agent, instance, verb, token);
    }

    private static Object dispatch(Agent agent, InstanceId instance, Verb<?> verb, @Nullable Token token) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("token", token);
        body.put("args", verb);
        return agent.dispatch(instance, verb.path(), Json.bytes(body));
    }
}
