/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.time.Scheduler;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fake.Network.Fate;
import io.drover.testing.fake.Network.Kind;
import io.drover.topology.ZNodeChange;
import io.drover.topology.ZNodeStat;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperClient.State;
import io.drover.topology.ZooKeeperSession;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a test may do to the fake that no real server lets it do so easily. */
@Timeout(120)
class FakeZooKeeperPowersTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SESSION = Duration.ofSeconds(3);
    /** Outlives a machine that stands still for a while. */
    private static final Duration LONG_SESSION = Duration.ofMinutes(1);

    private final FakeZooKeeper server = new FakeZooKeeper(Scheduler.system(), List.of("/d"));
    private final AtomicReference<Network> network = new AtomicReference<>(Network.PERFECT);
    private final FakeZooKeeperClient client = connect("one");
    private final FakeZooKeeperClient other = connect("two");

    private FakeZooKeeperClient connect(String name) {
        return connect(name, SESSION);
    }

    private FakeZooKeeperClient connect(String name, Duration session) {
        return server.connect(
                name, session, Scheduler.system(), message -> network.get().fate(message));
    }

    @AfterEach
    void close() {
        client.close();
        other.close();
        server.close();
    }

    private static <T> T get(CompletableFuture<T> answer) throws Exception {
        return answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void until(String what, BooleanSupplier condition) {
        Waiting.until(what, LIMIT, condition);
    }

    private static List<State> states(ZooKeeperClient of) {
        List<State> states = new CopyOnWriteArrayList<>();
        of.addListener(states::add);
        return states;
    }

    private String make(String path, CreateMode mode) throws Exception {
        return get(client.session().create(path, new byte[0], mode));
    }

    @Test
    void anOlderSnapshotComesBackWithoutAnySession() throws Exception {
        make("/d/kept", CreateMode.PERSISTENT);
        make("/d/mine", CreateMode.EPHEMERAL);
        FakeZooKeeper.Snapshot old = server.snapshot();
        ZNodeStat later = get(client.session().set("/d/kept", new byte[] {1}, 0));
        make("/d/later", CreateMode.PERSISTENT);
        long session = client.sessionId();
        List<State> states = states(client);

        server.restore(old);

        assertThat(server.paths()).containsExactly("/", "/d", "/d/kept");
        until("connected anew", () -> states.contains(State.CONNECTED));
        assertThat(states).containsExactly(State.SUSPENDED, State.LOST, State.CONNECTED);
        assertThat(client.sessionId()).isNotEqualTo(session);
        ZNodeStat again = get(client.session().set("/d/kept", new byte[] {2}, 0));
        assertThat(again.version()).isEqualTo(later.version());
        assertThat(again.mzxid()).isLessThanOrEqualTo(later.mzxid() + 1);
    }

    @Test
    void aWipeLeavesTheDirectories() throws Exception {
        make("/d/gone", CreateMode.PERSISTENT);
        List<State> states = states(client);

        server.wipe();

        assertThat(server.paths()).containsExactly("/", "/d");
        until("connected anew", () -> states.contains(State.CONNECTED));
        assertThat(get(client.session().read("/d/gone"))).isEmpty();
    }

    @Test
    void sessionsOutliveAServerThatIsAway() throws Exception {
        try (FakeZooKeeperClient patient = connect("patient", LONG_SESSION)) {
            get(patient.session().create("/d/mine", new byte[0], CreateMode.EPHEMERAL));
            long session = patient.sessionId();

            server.stop();
            until("suspended", () -> !patient.isConnected());
            server.start();

            until("connected", patient::isConnected);
            assertThat(patient.sessionId()).isEqualTo(session);
            assertThat(server.content("/d/mine")).isPresent();
        }
    }

    @Test
    void aProcessThatStandsStillTooLongLosesItsSessionAndHearsOfItAfterwards() throws Exception {
        make("/d/mine", CreateMode.EPHEMERAL);
        List<State> states = states(client);

        client.freeze();
        until("expired", () -> server.content("/d/mine").isEmpty());
        assertThat(states).isEmpty();
        client.thaw();

        until("connected anew", () -> states.contains(State.CONNECTED));
        assertThat(states).containsExactly(State.SUSPENDED, State.LOST, State.CONNECTED);
    }

    @Test
    void aProcessThatStandsStillForAMomentNoticesNothing() throws Exception {
        try (FakeZooKeeperClient patient = connect("patient", LONG_SESSION)) {
            List<String> told = new CopyOnWriteArrayList<>();
            get(patient.session().watch("/d", AddWatchMode.PERSISTENT_RECURSIVE, told::add));
            List<State> states = states(patient);

            patient.freeze();
            get(other.session().create("/d/one", new byte[0], CreateMode.PERSISTENT));
            assertThat(told).isEmpty();
            patient.thaw();

            until("told late", () -> told.equals(List.of("/d/one")));
            assertThat(states).isEmpty();
        }
    }

    @Test
    void aCrashedProcessHearsNothingAndItsZnodesGoInTime() throws Exception {
        make("/d/mine", CreateMode.EPHEMERAL);
        List<State> states = states(client);
        long crashed = System.nanoTime();

        client.crash();

        until("expired", () -> server.content("/d/mine").isEmpty());
        assertThat(System.nanoTime() - crashed).isGreaterThanOrEqualTo(SESSION.toNanos());
        assertThat(states).isEmpty();
    }

    @Test
    void aDelayedRequestIsCarriedOutLaterAndNothingOvertakesIt() throws Exception {
        Duration delay = Duration.ofMillis(100);
        network.set(message ->
                message.operation().equals("create") && message.kind() == Kind.REQUEST ? Fate.in(delay) : Fate.AT_ONCE);
        AtomicLong carriedOut = new AtomicLong();
        server.observe(paths -> carriedOut.set(System.nanoTime()));
        long sent = System.nanoTime();

        CompletableFuture<String> made = client.session().create("/d/late", new byte[0], CreateMode.PERSISTENT);
        CompletableFuture<Boolean> read = client.session().read("/d/late").thenApply(Optional::isPresent);

        assertThat(get(read)).isTrue();
        assertThat(made).isDone();
        assertThat(carriedOut.get() - sent).isGreaterThanOrEqualTo(delay.toNanos());
    }

    @Test
    void aDelayedAnswerOfAnAppliedWriteComesAfterTheEventsBeforeIt() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        get(client.session().watch("/d", AddWatchMode.PERSISTENT_RECURSIVE, path -> order.add("event")));
        network.set(message -> message.kind() == Kind.EVENT ? Fate.in(Duration.ofMillis(50)) : Fate.AT_ONCE);

        get(client.session()
                .create("/d/one", new byte[0], CreateMode.PERSISTENT)
                .thenAccept(path -> order.add("answer")));

        assertThat(order).containsExactly("event", "answer");
    }

    @Test
    void everyTransactionIsObserved() throws Exception {
        List<List<String>> seen = new CopyOnWriteArrayList<>();
        server.observe(seen::add);

        make("/d/one", CreateMode.PERSISTENT);
        get(client.session().delete("/d/one", 0));

        assertThat(seen).containsExactly(List.of("/d/one"), List.of("/d/one"));
    }

    // --- a server that falls behind

    /** Set by the other client while the server of the first is behind; what the first is told of goes here, in order. */
    private List<String> missAWrite() throws Exception {
        make("/d/one", CreateMode.PERSISTENT);
        List<String> order = new CopyOnWriteArrayList<>();
        get(client.session().watch("/d", AddWatchMode.PERSISTENT_RECURSIVE, path -> order.add("event of " + path)));
        client.fallBehind();
        get(other.session().set("/d/one", new byte[] {1}, 0));
        get(other.session().create("/d/two", new byte[0], CreateMode.PERSISTENT));
        return order;
    }

    private int version() throws Exception {
        return get(client.session().read("/d/one")).orElseThrow().stat().version();
    }

    @Test
    void whoseServerIsBehindReadsWhatWasAndHearsOfNothing() throws Exception {
        List<String> order = missAWrite();

        assertThat(version()).isZero();
        assertThat(get(client.session().children("/d"))).containsExactly("one");
        assertThat(get(client.session().read("/d/two"))).isEmpty();
        assertThat(order).isEmpty();
        assertThat(get(other.session().children("/d"))).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void hearsOfItWhenTheServerHasCaughtUp() throws Exception {
        List<String> order = missAWrite();

        client.catchUp();

        until("told", () -> order.equals(List.of("event of /d/one", "event of /d/two")));
        assertThat(version()).isEqualTo(1);
    }

    @Test
    void catchesUpAfterAWhileByItself() throws Exception {
        make("/d/one", CreateMode.PERSISTENT);
        client.fallBehind(Duration.ofMillis(20));
        get(other.session().set("/d/one", new byte[] {1}, 0));

        until("caught up", () -> {
            try {
                return version() == 1;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /** What goes through the leader of the ensemble, also to be refused there. */
    private enum Through {
        WRITE {
            @Override
            CompletableFuture<?> go(ZooKeeperSession session) {
                return session.create("/d/mine", new byte[0], CreateMode.EPHEMERAL);
            }
        },
        REFUSED_WRITE {
            @Override
            CompletableFuture<?> go(ZooKeeperSession session) {
                return session.set("/d/one", new byte[0], 0).exceptionally(e -> null);
            }
        },
        CHECK {
            @Override
            CompletableFuture<?> go(ZooKeeperSession session) {
                return session.transact(List.of(new ZNodeChange.Check("/d/one", 1)));
            }
        },
        REFUSED_CHECK {
            @Override
            CompletableFuture<?> go(ZooKeeperSession session) {
                return session.transact(List.of(new ZNodeChange.Check("/d/one", 0)))
                        .exceptionally(e -> null);
            }
        },
        SYNC {
            @Override
            CompletableFuture<?> go(ZooKeeperSession session) {
                return session.readFresh("/d");
            }
        };

        abstract CompletableFuture<?> go(ZooKeeperSession session);
    }

    @ParameterizedTest
    @EnumSource
    void whatGoesThroughTheLeaderBringsTheServerUpToDateAndIsAnsweredAfterTheEvents(Through way) throws Exception {
        List<String> order = missAWrite();

        get(way.go(client.session()).thenAccept(answer -> order.add("answer")));

        assertThat(order).startsWith("event of /d/one", "event of /d/two").endsWith("answer");
        assertThat(version()).isEqualTo(1);
    }

    @Test
    void aWatchThatIsMadeMeanwhileHearsOfWhatTheServerHasNotComeToYet() throws Exception {
        missAWrite();
        List<String> told = new CopyOnWriteArrayList<>();
        get(client.session().watch("/d/one", AddWatchMode.PERSISTENT, told::add));

        client.catchUp();

        until("told", () -> told.equals(List.of("/d/one")));
    }

    @Test
    void whoConnectsAnewIsNotBehind() throws Exception {
        missAWrite();

        client.cut();
        until("cut off", () -> !client.isConnected());
        client.heal();

        until("connected", client::isConnected);
        assertThat(version()).isEqualTo(1);
    }
}
