/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fault.FaultLine;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.HeldLogin;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.RogueWays;
import io.drover.testing.ledger.RogueWriter;
import io.drover.testing.ledger.RogueWriter.Connector;
import io.drover.testing.ledger.RogueWriter.Way;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/** The load of one run, and what its script does at given moments. */
final class ControlScene implements AutoCloseable {
    static final long ROWS = 2_000;

    private static final int WRITERS = 3;
    private static final int FIRST_ROGUE = 100;
    private static final Duration KIT_PAUSE = Duration.ofMillis(10);
    private static final Duration ROGUE_PAUSE = Duration.ofMillis(3);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "3", "socketTimeout", "20");

    private final LocalCluster cluster;
    private final Saboteur saboteur;
    private final int run;
    private final NodeId source;
    private final NodeId target;
    private final TopologyProbe probe;
    private final ShardDataSource kit;
    private final Ledger ledger;
    private final List<RogueWriter> rogues = new ArrayList<>();
    private final Map<TopologyState, List<Runnable>> actions = new EnumMap<>(TopologyState.class);
    private final List<FaultLine> lines = new ArrayList<>();
    private final Map<String, List<Hold>> holds = new HashMap<>();
    private final List<Runnable> atTheEnd = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private BooleanSupplier over = () -> false;
    private String request = "";

    ControlScene(LocalCluster cluster, Saboteur saboteur, int run, long seed, NodeId source, NodeId target) {
        this.cluster = cluster;
        this.saboteur = saboteur;
        this.run = run;
        this.source = source;
        this.target = target;
        this.probe = TopologyProbe.open(cluster);
        this.kit = ShardDataSource.open(ShardDataSourceConfig.builder(cluster.zookeeper(), LocalCluster.SHARD)
                .credentials(LocalCluster.USER, cluster.password())
                .name("control-" + run)
                .poolSize(WRITERS + 3)
                .build());
        this.ledger = Ledger.start(new LedgerOptions(run, WRITERS, 0, ROWS, seed, KIT_PAUSE, KIT_PAUSE), kit);
    }

    LocalCluster cluster() {
        return cluster;
    }

    NodeId source() {
        return source;
    }

    NodeId target() {
        return target;
    }

    TopologyProbe probe() {
        return probe;
    }

    /** Further members of the request for the move. */
    void request(String more) {
        request = more;
    }

    String request() {
        return request;
    }

    /** Does something as soon as the shard's next state of this name is seen; several things in their order. */
    void when(TopologyState state, Runnable action) {
        actions.computeIfAbsent(state, key -> new ArrayList<>()).add(action);
    }

    /** Arms what the script has told. */
    void arm() {
        actions.forEach((state, all) -> probe.onNext(state, () -> all.forEach(Runnable::run)));
    }

    /** Does something between the request and the end of the move, on a thread of the run. */
    void meanwhile(Runnable action) {
        meanwhile = action;
    }

    /** Tells when the run has shown what it has to, although its move has not ended. */
    void isOverWhen(BooleanSupplier shown) {
        over = shown;
    }

    boolean isOver() {
        return over.getAsBoolean();
    }

    void goOn() {
        meanwhile.run();
    }

    /**
     * Holds a daemon at a fault point, does something meanwhile, and lets it go on. Of several points of one daemon each is waited for
     * when the one before it was reached.
     */
    void holdAt(String daemon, String point, Runnable action) {
        List<Hold> later = holds.computeIfAbsent(daemon, key -> new ArrayList<>());
        later.add(new Hold(point, action));
        if (later.size() == 1) {
            CompletableFuture<FaultLine> opened = new CompletableFuture<>();
            FaultLine line = saboteur.line(cluster.pid(daemon), hit -> {
                later.remove(0).action().run();
                // answered on another thread: this one hears the answers
                Thread next = new Thread(() -> goOn(opened.join(), later), "hold-" + daemon);
                next.start();
            });
            opened.complete(line);
            lines.add(line);
            line.arm(point, 1);
        }
    }

    private static void goOn(FaultLine line, List<Hold> later) {
        line.release();
        if (!later.isEmpty()) {
            line.arm(later.get(0).point(), 1);
        }
    }

    private record Hold(String point, Runnable action) {}

    /** Puts something back before anybody looks at the end of the run. */
    void atTheEnd(Runnable action) {
        atTheEnd.add(action);
    }

    /** Writers past the kit at the source: commits that wait for no standby. */
    void localCommits(int writers) {
        for (int i = 0; i < writers; i++) {
            rogue("local-" + i, past(source, Map.of()), log -> ways().localCommits(log));
        }
    }

    /** Writers past the kit at the source: commits that wait as the guard wants it. */
    void synchronousCommits(int writers) {
        for (int i = 0; i < writers; i++) {
            rogue("sync-" + i, past(source, Map.of()), log -> ways().readWriteTransactions(log));
        }
    }

    /** Transactions past the kit that are open for a while before they write. */
    void lateCommits(int writers) {
        for (int i = 0; i < writers; i++) {
            rogue("late-" + i, past(source, Map.of()), log -> ways().lateWritesOfOpenTransactions(log, 0.15));
        }
    }

    /** Transactions of the kit's own connections that are in flight for longer than the drain lasts. */
    void slowTransactions(int writers) {
        for (int i = 0; i < writers; i++) {
            rogue(
                    "slow-" + i,
                    kit::getConnection,
                    log -> ways().slowTransactions(log, 0.6).inNewSessions());
        }
    }

    /** Logins that stop in the middle until the gate is opened, and write at once then. */
    void heldLogins(int logins, TopologyState until) {
        for (int i = 0; i < logins; i++) {
            String name = "control-" + run + "-" + i;
            HeldLogin.Gate gate = HeldLogin.gate(name);
            Map<String, String> properties = new HashMap<>(Map.of(
                    "socketFactory",
                    HeldLogin.class.getName(),
                    "socketFactoryArg",
                    name,
                    "sslmode",
                    "disable",
                    "gssEncMode",
                    "disable"));
            rogue("held-" + i, past(source, properties), log -> ways().localCommits(log));
            when(until, gate::open);
            // a move that is undone never comes there
            atTheEnd(gate::open);
        }
    }

    /** Sends a signal to the processes of the source whose title has the words. */
    void signalSource(String words, String signal) {
        processesOfSource(title -> title.contains(words)).forEach(pid -> ProcessTable.signal(pid, signal));
    }

    List<Long> processesOfSource(Predicate<String> title) {
        return Postmasters.of(cluster.dataDirectory(source)).stream()
                .flatMap(postmaster -> ProcessTable.childrenOf(postmaster).stream())
                .filter(pid -> title.test(ProcessTable.commandLine(pid)))
                .toList();
    }

    void awaitWrites(int count) {
        long goal = ledger.acked() + count;
        Waiting.until(
                count + " further writes of the kit, errors " + ledger.errorTexts(),
                LIMIT,
                () -> ledger.acked() >= goal);
    }

    /** Ends everybody and tells what all know. */
    List<AckLog> stop() {
        ledger.stop();
        atTheEnd.forEach(Runnable::run);
        atTheEnd.clear();
        rogues.forEach(RogueWriter::close);
        List<AckLog> logs = new ArrayList<>(ledger.logs());
        rogues.forEach(rogue -> logs.add(rogue.log()));
        return logs;
    }

    @Override
    public void close() {
        stop();
        lines.forEach(FaultLine::close);
        kit.close();
        probe.close();
    }

    private RogueWays ways() {
        return new RogueWays(run);
    }

    private void rogue(String name, Connector connector, Function<AckLog, Way> way) {
        AckLog log = new AckLog(FIRST_ROGUE + rogues.size());
        rogues.add(RogueWriter.start(name, log, connector, way.apply(log), ROGUE_PAUSE));
    }

    private Connector past(NodeId node, Map<String, String> more) {
        Map<String, String> properties = new HashMap<>(LIMITS);
        properties.putAll(more);
        return () -> connect(node, properties);
    }

    private Connection connect(NodeId node, Map<String, String> properties) throws SQLException {
        return cluster.connect(node, properties);
    }
}
