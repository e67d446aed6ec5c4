/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.NodeId;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.HeldLogin;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.RogueWays;
import io.drover.testing.ledger.RogueWriter;
import io.drover.testing.ledger.RogueWriter.Connector;
import io.drover.testing.ledger.RogueWriter.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Who writes in one run: clients of the kit always, and others that ignore every rule. */
final class ControlLoad implements AutoCloseable {
    static final long ROWS = 2_000;

    private static final int WRITERS = 3;
    private static final int FIRST_ROGUE = 100;
    private static final Duration KIT_PAUSE = Duration.ofMillis(10);
    private static final Duration ROGUE_PAUSE = Duration.ofMillis(3);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "3", "socketTimeout", "20");

    private final LocalCluster cluster;
    private final int run;
    private final NodeId source;
    private final ShardDataSource kit;
    private final Ledger ledger;
    private final List<RogueWriter> rogues = new CopyOnWriteArrayList<>();
    private final List<HeldLogin.Gate> gates = new ArrayList<>();

    ControlLoad(LocalCluster cluster, int run, long seed, NodeId source) {
        this.cluster = cluster;
        this.run = run;
        this.source = source;
        this.kit = ShardDataSource.open(ShardDataSourceConfig.builder(cluster.zookeeper(), LocalCluster.SHARD)
                .credentials(LocalCluster.USER, cluster.password())
                .name("control-" + run)
                .poolSize(WRITERS + 3)
                .build());
        this.ledger = Ledger.start(new LedgerOptions(run, WRITERS, 0, ROWS, seed, KIT_PAUSE, KIT_PAUSE), kit);
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

    /** Logins that stop in the middle until {@link #goOn}, and write at once then. */
    void heldLogins(int logins) {
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
            gates.add(gate);
        }
    }

    /** Lets the held logins go on. */
    void goOn() {
        gates.forEach(HeldLogin.Gate::open);
    }

    /** How many writes sessions past the kit were acknowledged. */
    long rogueAcks() {
        return rogues.stream()
                .mapToLong(rogue -> rogue.log().count(AckLog.Outcome.ACKED))
                .sum();
    }

    void awaitWrites(int count) {
        long goal = ledger.acked() + count;
        Waiting.until(
                count + " further writes of the kit, errors " + ledger.errorTexts(),
                LIMIT,
                () -> ledger.acked() >= goal);
    }

    /** Ends the clients of the kit. */
    void stopKit() {
        ledger.stop();
    }

    /** Ends everybody and tells what all know. */
    List<AckLog> stop() {
        stopKit();
        // a move that was undone has not come to where they are let go
        goOn();
        rogues.forEach(RogueWriter::close);
        List<AckLog> logs = new ArrayList<>(ledger.logs());
        rogues.forEach(rogue -> logs.add(rogue.log()));
        return logs;
    }

    @Override
    public void close() {
        stop();
        kit.close();
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
        return () -> cluster.connect(node, properties);
    }
}
