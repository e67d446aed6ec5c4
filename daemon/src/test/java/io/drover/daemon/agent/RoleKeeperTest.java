/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.INSTANCE;
import static io.drover.daemon.agent.Samples.SHARD;
import static io.drover.daemon.agent.Samples.THERE;
import static io.drover.daemon.agent.Samples.managed;
import static io.drover.daemon.agent.Samples.record;
import static io.drover.daemon.agent.Samples.topology;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.time.Scheduler;
import io.drover.replication.DataDirectories;
import io.drover.replication.PostgresNode;
import io.drover.replication.PostgresServer;
import io.drover.replication.ServerPlace;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZNodeData;
import io.drover.topology.ZNodeStat;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperSession;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent starts that may not be the one of its node, and what it takes back. */
class RoleKeeperTest {
    private static final InstanceId SECOND = new InstanceId("7301234567890123457");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path stateDir = Path.of("");

    /** What was done to servers, by the last part of their names. */
    private final List<String> done = new CopyOnWriteArrayList<>();

    private boolean isStandby;
    private boolean answers;
    private volatile boolean held;
    private ShardTopology newest = topology(TopologyState.SERVING, 3, HERE);
    private boolean fresh;
    private boolean damaged;
    private boolean forbidden;
    private Runnable whileRead = RoleKeeperTest::nothing;
    private volatile Runnable whileStarting = RoleKeeperTest::nothing;
    private String stopFails = "";

    private final RoleKeeper keeper = keeper();

    private static void nothing() {
        // nobody interferes
    }

    private RoleKeeper keeper() {
        NodeTools tools =
                new NodeTools(HERE, "127.0.0.1", Path.of("/data"), Path.of("/data"), node(), Scheduler.system());
        return new RoleKeeper(
                tools, new TopologyStore(zooKeeper(), Duration.ofMillis(50)), new InstanceSettings(tools), () -> held);
    }

    private PostgresNode node() {
        DataDirectories directories = (DataDirectories) Proxy.newProxyInstance(
                DataDirectories.class.getClassLoader(),
                new Class<?>[] {DataDirectories.class},
                (self, method, arguments) -> method.getReturnType() == boolean.class ? isStandby : null);
        return (PostgresNode) Proxy.newProxyInstance(
                PostgresNode.class.getClassLoader(),
                new Class<?>[] {PostgresNode.class},
                (self, method, arguments) ->
                        method.getName().equals("server") ? server((ServerPlace) arguments[0]) : directories);
    }

    private PostgresServer server(ServerPlace place) {
        String name = String.valueOf(place.dataDir().getFileName());
        return (PostgresServer) Proxy.newProxyInstance(
                PostgresServer.class.getClassLoader(),
                new Class<?>[] {PostgresServer.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "stopped" -> true;
                    case "start" -> {
                        whileStarting.run();
                        yield done.add("start " + name) ? null : name;
                    }
                    case "stop" -> {
                        if (name.equals(stopFails)) {
                            throw new DroverException(ErrorCode.TIMEOUT, "a process is left");
                        }
                        yield done.add("stop " + name) ? null : name;
                    }
                    default -> null;
                });
    }

    /** A ZooKeeper that knows one shard, and one server of which is behind; or that does not answer. */
    private ZooKeeperClient zooKeeper() {
        byte[] before = Json.bytes(topology(TopologyState.SERVING, 3, HERE));
        ZNodeStat stat = new ZNodeStat(1, 1, 1, Instant.EPOCH, 0);
        ZooKeeperSession session = (ZooKeeperSession) Proxy.newProxyInstance(
                ZooKeeperSession.class.getClassLoader(),
                new Class<?>[] {ZooKeeperSession.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("children")) {
                        return CompletableFuture.completedFuture(List.of(SHARD.value()));
                    }
                    whileRead.run();
                    fresh |= method.getName().equals("readFresh");
                    if (forbidden) {
                        return CompletableFuture.failedFuture(new KeeperException.NoAuthException());
                    }
                    byte[] seen = damaged ? new byte[] {'?'} : fresh ? Json.bytes(newest) : before;
                    return CompletableFuture.completedFuture(Optional.of(new ZNodeData(seen, stat)));
                });
        return (ZooKeeperClient) Proxy.newProxyInstance(
                ZooKeeperClient.class.getClassLoader(),
                new Class<?>[] {ZooKeeperClient.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "scheduler" -> Scheduler.system();
                    case "isOpen" -> true;
                    default -> {
                        if (!answers) {
                            throw new KeeperException.ConnectionLossException();
                        }
                        yield session;
                    }
                });
    }

    private ManagedInstance dead(Role role, InstanceId id, String name) {
        InstanceRecord known = record(role, 3);
        Path directory = Path.of("/data").resolve(name);
        return managed(
                stateDir,
                InstanceRecord.first(id, known.shards(), "app", directory, directory, 5433, role)
                        .withRole(role, known.grantEpoch()));
    }

    private ManagedInstance primary() {
        return dead(Role.PRIMARY, INSTANCE, "one");
    }

    private void revive(ManagedInstance instance) {
        Sight sight = new Sight(Scheduler.system());
        assertThat(instance.ifIdle(() -> keeper.revive(instance, sight))).isTrue();
    }

    @Test
    void startsAPrimaryByWhatZooKeeperSaysOnlyWithTheClaim() {
        startsAPrimaryOnlyWithTheClaim();
    }

    private void startsAPrimaryOnlyWithTheClaim() {
        answers = true;
        revive(primary());
        assertThat(done).isEmpty();

        held = true;
        revive(primary());
        assertThat(done).containsExactly("start one");
    }

    /** The session was lost and another agent has come; what is read in the next one is said to that agent. */
    @Test
    void theClaimHasToBeHeldBehindTheReading() {
        answers = true;
        held = true;
        whileRead = () -> held = false;

        revive(primary());

        assertThat(done).isEmpty();
    }

    /** One damaged topology, of any shard, must neither let a clone of the node in nor keep the shards of all others down. */
    @Test
    void whatCannotBeReadLeavesTheLastGrantToWhoHoldsTheClaim() {
        damaged = true;

        startsAPrimaryOnlyWithTheClaim();
    }

    @Test
    void whoMayNotReadStartsNoPrimaryWithoutTheClaim() {
        answers = true;
        forbidden = true;

        revive(primary());

        assertThat(done).isEmpty();
    }

    /** Its server of ZooKeeper may be behind, and still name this node (H40). */
    @Test
    void startsNoPrimaryByAnOldReading() {
        answers = true;
        held = true;
        newest = topology(TopologyState.SERVING, 5, THERE);
        ManagedInstance former = primary();

        revive(former);

        assertThat(done).isEmpty();
        assertThat(former.record().role()).isEqualTo(Role.DEMOTED);
    }

    /** Rule R8. */
    @Test
    void startsAPrimaryByItsLastGrantWhereNobodyCanBeAsked() {
        revive(primary());

        assertThat(done).containsExactly("start one");
    }

    /** It takes no writes, whoever it is. */
    @Test
    void aStandbyNeedsNoClaimAndIsNotStoppedAgain() {
        answers = true;
        isStandby = true;
        ManagedInstance standby = dead(Role.STANDBY, INSTANCE, "one");
        revive(standby);

        keeper.stopStarted(List.of(standby));

        assertThat(done).containsExactly("start one");
    }

    @Test
    void stopsWhatItHasStartedAndNothingElse() {
        ManagedInstance revived = primary();
        revive(revived);

        keeper.stopStarted(List.of(dead(Role.PRIMARY, SECOND, "two"), revived));

        assertThat(done).containsExactly("start one", "stop one");
    }

    @Test
    void stopsTheOthersWhenOneCannotBeStopped() {
        ManagedInstance stubborn = primary();
        ManagedInstance second = dead(Role.PRIMARY, SECOND, "two");
        revive(stubborn);
        revive(second);
        stopFails = "one";

        keeper.stopStarted(List.of(stubborn, second));

        assertThat(done).containsExactly("start one", "start two", "stop two");
    }

    /** It was begun a moment before the agent learnt that another one has the node. */
    @Test
    void stopsOneWhoseStartIsUnderWay() throws InterruptedException {
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        whileStarting = () -> {
            starting.countDown();
            await(told);
        };
        ManagedInstance instance = primary();
        Thread looking = new Thread(() -> revive(instance));
        looking.start();
        await(starting);
        Thread leaving = new Thread(() -> keeper.stopStarted(List.of(instance)));
        leaving.start();

        told.countDown();
        looking.join(LIMIT.toMillis());
        leaving.join(LIMIT.toMillis());

        assertThat(done).containsExactly("start one", "stop one");
    }

    /** Such as one that was still recovering at its limit, or when the agent broke off. */
    @Test
    void stopsAlsoOneWhoseStartHasFailed() {
        whileStarting = () -> {
            throw new DroverException(ErrorCode.TIMEOUT, "it runs and is not consistent yet");
        };
        ManagedInstance instance = primary();
        assertThatThrownBy(() -> revive(instance)).hasMessageContaining("not consistent");

        keeper.stopStarted(List.of(instance));

        assertThat(done).containsExactly("stop one");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A look that was about to begin, or that was asked whether it may start and has not started yet. */
    @Test
    void startsNoPrimaryOnceItHasToLeave() {
        ManagedInstance instance = primary();
        keeper.stopStarted(List.of(instance));

        revive(instance);

        assertThat(done).isEmpty();
    }
}
