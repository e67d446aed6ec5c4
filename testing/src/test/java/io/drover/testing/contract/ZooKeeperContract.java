/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.drover.topology.ZNodeChange;
import io.drover.topology.ZNodeData;
import io.drover.topology.ZNodeStat;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperClient.State;
import io.drover.topology.ZooKeeperSession;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the stores rely on: the same of the fake as of real servers. */
@Timeout(120)
abstract class ZooKeeperContract {
    private static final String DIRECTORY = "/locks";
    private static final String ONE = DIRECTORY + "/one";
    private static final String TWO = DIRECTORY + "/two";

    private ZooKeeperWorld world;
    private ZooKeeperClient client;
    private ZooKeeperClient other;

    abstract ZooKeeperWorld open() throws Exception;

    @BeforeEach
    void connect() throws Exception {
        world = open();
        client = world.connect();
        other = world.connect();
    }

    @AfterEach
    void close() throws Exception {
        world.close();
        assertThat(world.awaitsLoss()).as("what was to be lost").isFalse();
    }

    private static <T> T get(CompletableFuture<T> answer) throws Exception {
        return answer.get(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void assertRefused(Code code, CompletableFuture<?> answer) {
        assertThat(catchThrowable(() -> get(answer)))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        KeeperException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void assertRefused(Code code, String path, CompletableFuture<?> answer) {
        assertRefused(code, answer);
        assertThat(catchThrowable(() -> get(answer)))
                .cause()
                .isInstanceOfSatisfying(
                        KeeperException.class, e -> assertThat(e.getPath()).isEqualTo(path));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String make(ZooKeeperClient by, String path, String text) throws Exception {
        return get(by.session().create(path, bytes(text), CreateMode.PERSISTENT));
    }

    private static String text(ZooKeeperClient by, String path) throws Exception {
        return get(by.session().read(path))
                .map(znode -> new String(znode.bytes(), UTF_8))
                .orElse("(absent)");
    }

    private static ZNodeStat stat(ZooKeeperClient by, String path) throws Exception {
        return get(by.session().readFresh(path)).map(ZNodeData::stat).orElseThrow();
    }

    /** The changes of the connection from now on. */
    private static List<State> states(ZooKeeperClient of) {
        List<State> states = new CopyOnWriteArrayList<>();
        of.addListener(states::add);
        return states;
    }

    @Test
    void readsWhatWasWritten() throws Exception {
        assertThat(get(client.session().read(ONE))).isEmpty();
        assertThat(make(client, ONE, "first")).isEqualTo(ONE);
        assertThat(text(client, ONE)).isEqualTo("first");

        ZNodeStat written = get(client.session().set(ONE, bytes("second"), 0));

        assertThat(written.version()).isEqualTo(1);
        assertThat(stat(client, ONE)).isEqualTo(written);
        assertThat(text(client, ONE)).isEqualTo("second");
    }

    @Test
    void aFreshReadShowsWhatAnotherWasToldIsWritten() throws Exception {
        for (int i = 0; i < 20; i++) {
            String path = make(other, DIRECTORY + "/fresh-" + i, "written");
            assertThat(get(client.session().readFresh(path))).isPresent();
        }
    }

    @Test
    void listsTheChildren() throws Exception {
        make(client, ONE, "");
        make(client, TWO, "");
        make(client, ONE + "/below", "");

        assertThat(get(client.session().children(DIRECTORY))).containsExactlyInAnyOrder("one", "two");
        assertThat(get(client.session().children(ONE))).containsExactly("below");
        assertThat(get(client.session().children(DIRECTORY + "/nowhere"))).isEmpty();
        assertThat(get(client.session().children("/"))).contains("locks");
    }

    @Test
    void refusesAWriteOfAnotherVersion() throws Exception {
        make(client, ONE, "first");
        get(client.session().set(ONE, bytes("second"), 0));

        assertRefused(Code.BADVERSION, ONE, client.session().set(ONE, bytes("third"), 0));
        assertRefused(Code.BADVERSION, ONE, client.session().delete(ONE, 0));
        assertThat(text(client, ONE)).isEqualTo("second");
        assertThat(get(client.session().set(ONE, bytes("third"), -1)).version()).isEqualTo(2);
        get(client.session().delete(ONE, 2));
        assertThat(text(client, ONE)).isEqualTo("(absent)");
    }

    @Test
    void refusesWhatHasNoPlace() throws Exception {
        make(client, ONE, "");
        ZooKeeperSession session = client.session();

        assertRefused(Code.NODEEXISTS, ONE, session.create(ONE, bytes(""), CreateMode.PERSISTENT));
        assertRefused(Code.NONODE, TWO + "/below", session.create(TWO + "/below", bytes(""), CreateMode.PERSISTENT));
        assertRefused(Code.NONODE, TWO, session.set(TWO, bytes(""), -1));
        assertRefused(Code.NONODE, TWO, session.delete(TWO, -1));
        make(client, ONE + "/below", "");
        assertRefused(Code.NOTEMPTY, ONE, session.delete(ONE, -1));
        get(session.create(TWO, bytes(""), CreateMode.EPHEMERAL));
        assertRefused(Code.NOCHILDRENFOREPHEMERALS, session.create(TWO + "/below", bytes(""), CreateMode.PERSISTENT));
    }

    @Test
    void aTransactionHappensAsAWholeUnderOneId() throws Exception {
        make(client, ONE, "first");

        List<Optional<ZNodeStat>> stats = get(client.session()
                .transact(List.of(
                        new ZNodeChange.Check(ONE, 0),
                        new ZNodeChange.Create(TWO, bytes("made")),
                        new ZNodeChange.Set(ONE, bytes("second"), 0),
                        new ZNodeChange.Set(TWO, bytes("made and set"), 0))));

        assertThat(stats).hasSize(4);
        assertThat(stats.subList(0, 2)).containsOnly(Optional.empty());
        assertThat(stats.get(2)).contains(stat(client, ONE));
        assertThat(stats.get(3)).contains(stat(client, TWO));
        assertThat(stat(client, ONE).mzxid()).isEqualTo(stat(client, TWO).mzxid());
        assertThat(stat(client, TWO).czxid()).isEqualTo(stat(client, TWO).mzxid());
        assertThat(text(client, TWO)).isEqualTo("made and set");
    }

    @Test
    void aTransactionThatIsRefusedChangesNothingAndNamesTheFirstThatWasInItsWay() throws Exception {
        make(client, ONE, "first");
        ZNodeStat before = stat(client, ONE);
        ZooKeeperSession session = client.session();

        assertRefused(
                Code.BADVERSION,
                ONE,
                session.transact(List.of(
                        new ZNodeChange.Create(TWO, bytes("")),
                        new ZNodeChange.Set(ONE, bytes("never"), 7),
                        new ZNodeChange.Delete("/nowhere", 0))));
        assertRefused(
                Code.NODEEXISTS,
                ONE,
                session.transact(List.of(new ZNodeChange.Delete("/nodes", 0), new ZNodeChange.Create(ONE, bytes("")))));
        assertRefused(
                Code.NONODE,
                TWO,
                session.transact(List.of(new ZNodeChange.Set(ONE, bytes("never"), 0), new ZNodeChange.Check(TWO, 0))));
        assertRefused(Code.BADVERSION, ONE, session.transact(List.of(new ZNodeChange.Check(ONE, 3))));

        assertThat(stat(client, ONE)).isEqualTo(before);
        assertThat(text(client, TWO)).isEqualTo("(absent)");
        assertThat(get(session.read("/nodes"))).isPresent();
    }

    @Test
    void aTransactionMayMakeAndDeleteTheSameZnode() throws Exception {
        List<ZNodeChange> absence = List.of(new ZNodeChange.Create(ONE, bytes("")), new ZNodeChange.Delete(ONE, 0));

        get(client.session().transact(absence));

        assertThat(text(client, ONE)).isEqualTo("(absent)");
        make(client, ONE, "");
        assertRefused(Code.NODEEXISTS, ONE, client.session().transact(absence));
    }

    @Test
    void aZnodeMadeAgainIsAnotherOne() throws Exception {
        make(client, ONE, "first");
        get(client.session().set(ONE, bytes("second"), 0));
        ZNodeStat first = stat(client, ONE);
        assertThat(first.mzxid()).isGreaterThan(first.czxid());
        get(client.session().delete(ONE, 1));

        make(client, ONE, "again");

        ZNodeStat again = stat(client, ONE);
        assertThat(again.version()).isZero();
        assertThat(again.czxid()).isGreaterThan(first.mzxid()).isEqualTo(again.mzxid());
    }

    @Test
    void numbersOfSequentialZnodesRiseAlsoPastDeletedOnes() throws Exception {
        String first = get(client.session().create(ONE + "-", bytes(""), CreateMode.EPHEMERAL_SEQUENTIAL));
        String second = get(client.session().create(TWO + "-", bytes(""), CreateMode.EPHEMERAL_SEQUENTIAL));
        get(client.session().delete(second, -1));
        String third = get(client.session().create(ONE + "-", bytes(""), CreateMode.EPHEMERAL_SEQUENTIAL));

        assertThat(first).matches(ONE + "-\\d{10}");
        assertThat(List.of(number(first), number(second), number(third)))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    private static long number(String path) {
        return Long.parseLong(path.substring(path.lastIndexOf('-') + 1));
    }

    @Test
    void anEphemeralZnodeGoesWithItsSession() throws Exception {
        get(client.session().create(ONE, bytes(""), CreateMode.EPHEMERAL));
        assertThat(stat(other, ONE).ephemeralOwner()).isEqualTo(client.sessionId());

        client.close();

        Eventually.until(
                "the znode is gone", () -> get(other.session().readFresh(ONE)).isEmpty());
        assertThat(client.isOpen()).isFalse();
        assertThat(catchThrowable(client::session)).isInstanceOf(KeeperException.ConnectionLossException.class);
    }

    @Test
    void anEphemeralZnodeOutlivesTheConnectionUntilTheTimeout() throws Exception {
        ZooKeeperClient cutOff = world.connect(ZooKeeperWorld.SHORT_SESSION);
        long began = System.nanoTime();
        get(cutOff.session().create(ONE, bytes(""), CreateMode.EPHEMERAL));

        world.cut(cutOff);
        Eventually.until(
                "the znode is gone", () -> get(other.session().readFresh(ONE)).isEmpty());

        // The server counts from what it last heard, and looks now and then.
        assertThat(System.nanoTime() - began)
                .isGreaterThan(ZooKeeperWorld.SHORT_SESSION.toNanos() / 2)
                .isLessThan(ZooKeeperWorld.SHORT_SESSION.toNanos() * 4);
    }

    @Test
    void aCutConnectionComesBackInTheSameSession() throws Exception {
        get(client.session().create(ONE, bytes(""), CreateMode.EPHEMERAL));
        long session = client.sessionId();
        List<State> states = states(client);

        world.cut(client);
        Eventually.until("suspended", () -> states.contains(State.SUSPENDED));
        assertThat(client.isConnected()).isFalse();
        world.heal(client);
        Eventually.until("connected", () -> states.contains(State.CONNECTED));

        assertThat(states).containsExactly(State.SUSPENDED, State.CONNECTED);
        assertThat(client.isConnected()).isTrue();
        assertThat(client.sessionId()).isEqualTo(session);
        assertThat(stat(client, ONE).ephemeralOwner()).isEqualTo(session);
    }

    @Test
    void anExpiredSessionIsLostAndAnotherBegins() throws Exception {
        get(client.session().create(ONE, bytes(""), CreateMode.EPHEMERAL));
        ZooKeeperSession old = client.session();
        long session = old.id();
        List<State> states = states(client);

        world.expire(client);
        Eventually.until("connected anew", () -> states.contains(State.CONNECTED));

        assertThat(states).containsExactly(State.SUSPENDED, State.LOST, State.CONNECTED);
        assertThat(client.sessionId()).isNotZero().isNotEqualTo(session);
        assertThat(text(client, ONE)).isEqualTo("(absent)");
        assertRefused(Code.SESSIONEXPIRED, old.read(ONE));
        assertThat(old.id()).isEqualTo(session);
    }

    @Test
    void aSessionThatIsCutOffTooLongCountsAsLostBeforeTheServerAnswers() throws Exception {
        ZooKeeperClient cutOff = world.connect(ZooKeeperWorld.SHORT_SESSION);
        long session = cutOff.sessionId();
        List<State> states = states(cutOff);

        world.cut(cutOff);
        Eventually.until("lost", () -> states.contains(State.LOST));
        world.heal(cutOff);
        Eventually.until("connected", () -> states.contains(State.CONNECTED));

        assertThat(states).containsExactly(State.SUSPENDED, State.LOST, State.CONNECTED);
        assertThat(cutOff.sessionId()).isNotEqualTo(session);
    }

    @Test
    void aRecursiveWatchTellsOfAllBelowInOrder() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        get(client.session().watch(DIRECTORY, AddWatchMode.PERSISTENT_RECURSIVE, told::add));

        make(other, ONE, "");
        get(other.session().set(ONE, bytes("second"), -1));
        make(other, ONE + "/below", "");
        get(other.session()
                .transact(List.of(
                        new ZNodeChange.Create(TWO, bytes("")),
                        new ZNodeChange.Set(ONE, bytes("third"), 1),
                        new ZNodeChange.Delete(ONE + "/below", 0))));
        get(other.session().set("/nodes", bytes("elsewhere"), -1));
        get(other.session().delete(TWO, -1));

        Eventually.until("all is told", () -> told.size() >= 7);
        assertThat(told).containsExactly(ONE, ONE, ONE + "/below", TWO, ONE, ONE + "/below", TWO);
    }

    @Test
    void aWatchOfOneZnodeTellsOfItAndOfTheComingAndGoingOfChildren() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        get(client.session().watch(ONE, AddWatchMode.PERSISTENT, told::add));

        make(other, ONE, "it comes");
        get(other.session().set(ONE, bytes("it changes"), -1));
        make(other, ONE + "/child", "a child comes");
        get(other.session().set(ONE + "/child", bytes("not told"), -1));
        make(other, ONE + "/child/grandchild", "not told");
        get(other.session().delete(ONE + "/child/grandchild", -1));
        get(other.session().delete(ONE + "/child", -1));
        get(other.session().delete(ONE, -1));

        Eventually.until("all is told", () -> told.size() >= 5);
        get(client.session().readFresh(ONE));
        assertThat(told).containsOnly(ONE).hasSize(5);
    }

    @Test
    void aChangeIsToldBeforeAnAnswerThatShowsIt() throws Exception {
        make(client, ONE, "0");
        for (int i = 1; i <= 20; i++) {
            List<String> told = new CopyOnWriteArrayList<>();
            ZooKeeperSession.WatchListener listener = told::add;
            get(client.session().watch(ONE, AddWatchMode.PERSISTENT, listener));
            String value = Integer.toString(i);
            CompletableFuture<ZNodeStat> write = other.session().set(ONE, bytes(value), -1);
            Eventually.until("the change is read", () -> text(client, ONE).equals(value));

            assertThat(told).isNotEmpty();
            get(write);
            client.session().unwatch(ONE, listener);
        }
    }

    @Test
    void aWatchOutlivesACutConnectionAndDoesNotTellWhatItMissed() throws Exception {
        make(client, ONE, "");
        List<String> told = new CopyOnWriteArrayList<>();
        get(client.session().watch(DIRECTORY, AddWatchMode.PERSISTENT_RECURSIVE, told::add));
        List<State> states = states(client);

        world.cut(client);
        Eventually.until("suspended", () -> states.contains(State.SUSPENDED));
        get(other.session().set(ONE, bytes("missed"), -1));
        world.heal(client);
        Eventually.until("connected", () -> states.contains(State.CONNECTED));
        assertThat(get(client.session().readFresh(ONE))).isPresent();
        make(other, TWO, "seen");

        Eventually.until("it is told", () -> told.contains(TWO));
        assertThat(told).containsExactly(TWO);
    }

    @Test
    void aWatchEndsWithItsSession() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        get(client.session().watch(DIRECTORY, AddWatchMode.PERSISTENT_RECURSIVE, told::add));
        List<State> states = states(client);
        world.expire(client);
        Eventually.until("connected anew", () -> states.contains(State.CONNECTED));
        List<String> anew = new CopyOnWriteArrayList<>();
        get(client.session().watch(DIRECTORY, AddWatchMode.PERSISTENT_RECURSIVE, anew::add));

        make(other, ONE, "");

        Eventually.until("the new watch tells", () -> anew.contains(ONE));
        assertThat(told).isEmpty();
    }

    @Test
    void aWatchThatIsSetTwiceTellsOnceAndNoMoreWhenItIsTakenBack() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        List<String> elsewhere = new CopyOnWriteArrayList<>();
        ZooKeeperSession.WatchListener listener = told::add;
        get(client.session().watch(ONE, AddWatchMode.PERSISTENT, listener));
        get(client.session().watch(ONE, AddWatchMode.PERSISTENT, listener));
        get(client.session().watch(TWO, AddWatchMode.PERSISTENT, elsewhere::add));
        make(other, ONE, "");
        make(other, TWO, "");
        Eventually.until("both are told", () -> elsewhere.size() == 1);
        assertThat(told).containsExactly(ONE);

        client.session().unwatch(ONE, listener);
        get(client.session().readFresh(ONE));
        get(other.session().set(ONE, bytes("second"), -1));
        get(other.session().set(TWO, bytes("second"), -1));

        Eventually.until("the other is told", () -> elsewhere.size() == 2);
        assertThat(told).containsExactly(ONE);
    }

    @Test
    void aLostAnswerLeavesTheWriteDone() throws Exception {
        make(client, ONE, "first");
        world.loseAnswer(client);

        assertRefused(
                Code.CONNECTIONLOSS, client.session().transact(List.of(new ZNodeChange.Set(ONE, bytes("second"), 0))));

        assertThat(stat(other, ONE).version()).isEqualTo(1);
        Eventually.until("it is connected again", client::isConnected);
        assertThat(text(client, ONE)).isEqualTo("second");
    }

    @Test
    void aLostRequestLeavesTheWriteUndone() throws Exception {
        make(client, ONE, "first");
        world.loseRequest(client);

        assertRefused(
                Code.CONNECTIONLOSS, client.session().transact(List.of(new ZNodeChange.Set(ONE, bytes("second"), 0))));

        assertThat(stat(other, ONE).version()).isZero();
        Eventually.until("it is connected again", client::isConnected);
        assertThat(text(client, ONE)).isEqualTo("first");
    }

    @Test
    void aRequestWithoutAConnectionFailsInTimeAndNothingIsDone() throws Exception {
        List<State> states = states(client);
        world.cut(client);
        Eventually.until("suspended", () -> states.contains(State.SUSPENDED));

        CompletableFuture<String> made = client.session().create(ONE, bytes(""), CreateMode.PERSISTENT);

        assertThat(catchThrowable(() -> get(made)).getCause())
                .isInstanceOfAny(
                        KeeperException.ConnectionLossException.class, KeeperException.SessionExpiredException.class);
        assertThat(text(other, ONE)).isEqualTo("(absent)");
    }

    @Test
    void answersComeInTheOrderOfTheRequests() throws Exception {
        List<Integer> answered = new CopyOnWriteArrayList<>();
        CompletableFuture<?>[] all = new CompletableFuture<?>[20];
        for (int i = 0; i < all.length; i++) {
            int number = i;
            all[i] = client.session()
                    .create(DIRECTORY + "/in-order-" + i, bytes(""), CreateMode.PERSISTENT)
                    .thenAccept(path -> answered.add(number));
        }
        get(CompletableFuture.allOf(all));

        assertThat(answered).isSorted().hasSize(all.length);
    }
}
