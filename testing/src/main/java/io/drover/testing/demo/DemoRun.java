/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.checker.RowTally;
import io.drover.testing.checker.Rows;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.Ledger;
import io.drover.testing.ledger.LedgerOptions;
import io.drover.testing.ledger.LedgerSchema;
import io.drover.testing.ledger.Pauses;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Moves the shard away, back, and away again under load, and gathers what there is to report. */
final class DemoRun {
    private static final int RUN = 1;
    private static final Duration READER_PAUSE = Duration.ofMillis(1);
    private static final Duration MOVE_LIMIT = Duration.ofMinutes(10);
    private static final Duration READY_LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE_MARGIN = Duration.ofSeconds(2);
    private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(30);

    private final LocalCluster cluster;
    private final DroverRest rest;
    private final Console console;
    private final DemoOptions options;
    private final List<DemoReport.Cutover> cutovers = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private long bytesCopied;

    DemoRun(LocalCluster cluster, Console console, DemoOptions options) {
        this.cluster = cluster;
        this.rest = cluster.rest();
        this.console = console;
        this.options = options;
    }

    /** Fills the shard with rows. */
    void fill() throws SQLException {
        console.say("filling %s with %,d rows", LocalCluster.SHARD, options.rows());
        try (Connection connection = cluster.connect(LocalCluster.NODE_A, Map.of())) {
            LedgerSchema.create(connection, options.rows());
        }
    }

    DemoReport run() throws SQLException {
        ShardDataSourceConfig config = ShardDataSourceConfig.builder(cluster.zookeeper(), LocalCluster.SHARD)
                .credentials(LocalCluster.USER, cluster.password())
                .name("demo")
                .poolSize(options.writers() + options.readers())
                .acquireTimeout(ACQUIRE_TIMEOUT)
                .warmup(LedgerSchema.WARMUP)
                .build();
        LedgerOptions workload = new LedgerOptions(
                RUN, options.writers(), options.readers(), options.rows(), options.seed(), Duration.ZERO, READER_PAUSE);
        try (ShardDataSource kit = ShardDataSource.open(config);
                Ledger ledger = Ledger.start(workload, kit)) {
            console.say("%d writers and %d readers run", options.writers(), options.readers());
            try {
                moveThereAndBack(ledger);
            } catch (IllegalStateException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            ledger.stop();
            return report(ledger);
        }
    }

    private void moveThereAndBack(Ledger ledger) {
        letItRun();
        Move first = forward(ledger);
        letItRun();
        console.say("rolling back to %s", first.source());
        rest.act(first.id(), "rollback");
        Move back = rest.await(
                first.id(), "rolled back", MOVE_LIMIT, move -> move.state() == MoveState.ROLLED_BACK, console::follow);
        letItRun();
        record(
                ledger,
                back,
                "rollback",
                back.rollback() == null ? null : back.rollback().cutover(),
                null);
        Move second = forward(ledger);
        letItRun();
        rest.complete(second.id());
        rest.await(second.id(), "completed", MOVE_LIMIT, move -> move.state() == MoveState.COMPLETED, console::follow);
        letItRun();
    }

    private Move forward(Ledger ledger) {
        NodeId target = LocalCluster.NODE_B;
        console.say("moving %s to %s", LocalCluster.SHARD, target);
        bytesCopied = 0;
        Move created = rest.createMove("{\"shard\":\"%s\",\"target\":\"%s\",\"bake\":\"1h\",\"waive\":[%s]}"
                .formatted(LocalCluster.SHARD, target, LocalCluster.WAIVER));
        Move baking = rest.await(
                created.id(), "in its bake", MOVE_LIMIT, move -> move.state() == MoveState.BAKING, this::follow);
        rest.await(created.id(), "ready for a rollback", READY_LIMIT, DemoRun::rollbackReady, this::follow);
        Instant ready = Instant.ofEpochMilli(System.currentTimeMillis());
        // the clients are looked at for two seconds after the switch, and the audit belongs to the cutover
        Waiting.pause(PAUSE_MARGIN);
        record(ledger, rest.move(baking.id()), "forward", rest.move(baking.id()).cutover(), ready);
        return baking;
    }

    private static boolean rollbackReady(Move move) {
        return move.rollback() != null && move.rollback().ready();
    }

    private void follow(Move move) {
        console.follow(move);
        if (move.progress() != null) {
            bytesCopied = Math.max(bytesCopied, move.progress().bytesDone());
        }
    }

    private void letItRun() {
        Waiting.pause(Duration.ofSeconds(options.seconds()));
    }

    private void record(
            Ledger ledger, Move move, String direction, Move.@Nullable Cutover cutover, @Nullable Instant ready) {
        if (cutover == null || cutover.fencedAt() == null || cutover.servingAt() == null) {
            problems.add("the " + direction + " of " + move.id() + " tells nothing about its cutover");
            return;
        }
        Pauses pauses = ledger.pauses(cutover.fencedAt(), cutover.servingAt(), PAUSE_MARGIN);
        boolean vacuous = pauses.writesPerSecondBefore() < DemoReport.LEAST_WRITES_PER_SECOND;
        if (vacuous) {
            problems.add("the " + direction + " of " + move.id() + " is vacuous: only "
                    + Math.round(pauses.writesPerSecondBefore()) + " writes per second came before it");
        }
        if (cutover.commitsPastFork() == null || cutover.commitsPastFork() != 0) {
            problems.add("the " + direction + " of " + move.id() + " left commits past the fork: "
                    + cutover.commitsPastFork());
        }
        boolean forward = direction.equals("forward");
        DemoReport.Cutover row = new DemoReport.Cutover(
                move.id(),
                direction,
                move.shard(),
                move.source(),
                move.target(),
                move.state(),
                move.mode(),
                cutover.writePauseMillis(),
                pauses.overallMillis(),
                pauses.worstWriterMillis(),
                ready == null
                        ? null
                        : Duration.between(cutover.servingAt(), ready).toMillis(),
                pauses.writesPerSecondBefore(),
                cutover.phases(),
                cutover.commitsPastFork(),
                cutover.rewound(),
                forward ? bytesCopied : null,
                vacuous);
        cutovers.add(row);
        console.say(
                "%s: writers paused %.1f ms, the worst of them %.1f ms, at %.0f writes/s",
                direction, pauses.overallMillis(), pauses.worstWriterMillis(), pauses.writesPerSecondBefore());
    }

    private DemoReport report(Ledger ledger) throws SQLException {
        RowTally check;
        try (Connection connection = cluster.connectToPrimary()) {
            check = RowTally.of(ledger.logs(), Rows.read(connection, RUN, When.FIRST));
            long difference = ledger.balanceDifference(connection);
            if (difference != 0) {
                problems.add("the balances are off by " + difference + " transactions");
            }
        }
        if (!check.isClean()) {
            problems.add(check.toString());
        }
        if (ledger.errors() != 0 || ledger.readErrors() != 0 || check.unknown() != 0) {
            problems.add("clients saw errors: " + ledger.errorTexts());
        }
        return new DemoReport(
                problems.isEmpty(),
                List.copyOf(cutovers),
                new DemoReport.Writes(
                        check.acked(),
                        check.lost().size(),
                        check.duplicated().size(),
                        ledger.errors(),
                        check.unknown(),
                        check.invented().size()),
                new DemoReport.Reads(ledger.reads(), ledger.readErrors()),
                List.copyOf(problems),
                console.elapsed().toMillis() / 1e3,
                cluster.directory().toString());
    }
}
