/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.agent.Reports;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The guard: commits wait until the target has them too. A backstop and never the proof, since a commit with
 * {@code synchronous_commit = local} or a cancelled wait passes it (hazards H16, H77).
 */
public final class Guard {
    private static final String FENCE = "drover_fence_";
    private static final Pattern FENCE_NAME = Pattern.compile("\"" + FENCE + "([0-9]{1,18})\"");
    private static final String STREAMS =
            "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = ? AND state = 'streaming')";
    /** While it waits its transaction is still shown: the next one of a procedure that commits in a loop has another number. */
    private static final String WAITING = """
            SELECT concat_ws('/', pid, backend_xid, extract(epoch FROM query_start))
              FROM pg_stat_activity
             WHERE wait_event = 'SyncRep' AND application_name <> ?
            """;

    private static final String PROBE = "SELECT pg_logical_emit_message(true, 'drover', 'guard probe')";

    private Guard() {}

    /**
     * The value of synchronous_standby_names that adds the target in front of those that are waited for already (H14).
     *
     * @throws DroverException NOT_SUPPORTED when the value is a quorum
     */
    public static String armed(String existing, String applicationName) {
        return SynchronousStandbys.parse(existing).waitingFor(applicationName).text();
    }

    /**
     * The value while every standby that commits wait for follows the target: the target is waited for in their stead, so that
     * what is acknowledged goes on to be in two places.
     */
    public static String standingIn(String existing, String applicationName) {
        return SynchronousStandbys.parse(existing).standIn(applicationName).text();
    }

    /** A name that no standby can have, so that whoever still commits waits for ever. */
    public static String unsatisfiable(FenceEpoch epoch) {
        return "\"" + FENCE + epoch.value() + "\"";
    }

    /** The epoch of the fence whose name that is; empty for any other names. */
    public static Optional<FenceEpoch> fenceIn(String names) {
        Matcher matcher = FENCE_NAME.matcher(names.strip());
        return matcher.matches() ? Optional.of(new FenceEpoch(Long.parseLong(matcher.group(1)))) : Optional.empty();
    }

    /**
     * Commits one message and waits until the guard's standbys have applied it. With replay paused on the target it waits if
     * and only if the guard is in effect (H88). A commit without WAL would not wait, hence the message.
     *
     * @param connection used for nothing else; it is closed when the commit has not returned at the limit, and its backend ends
     *     when the guard lets it go on
     */
    public static Reports.GuardProbeReport probe(Connection connection, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        CompletableFuture<Double> committed = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        committed.complete(commit(connection));
                    } catch (SQLException e) {
                        committed.completeExceptionally(e);
                    }
                },
                "guard-probe");
        thread.setDaemon(true);
        thread.start();
        double waited = result(committed.completeOnTimeout(-1.0, limit.toMillis(), TimeUnit.MILLISECONDS));
        if (waited >= 0) {
            return new Reports.GuardProbeReport(true, waited);
        }
        abandon(connection);
        return new Reports.GuardProbeReport(false, waiting.millis());
    }

    /** Whether commits wait for a guard that does not stream, so that they wait for ever. */
    public static boolean lacksItsStandby(Connection connection) {
        String names = new ServerSettings(connection).current(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES);
        return !names.isBlank()
                && !Sql.truth(
                        connection,
                        STREAMS,
                        SynchronousStandbys.parse(names).names().get(0));
    }

    /** See {@link PostgresSession#waitingCommits}. */
    static Set<String> waitingCommits(Connection connection) {
        return Set.copyOf(Sql.list(connection, WAITING, row -> row.getString(1), InstanceMonitor.GUARD_PROBE));
    }

    /** Whether the backend waits for a synchronous standby. */
    public static boolean waits(Connection observer, int backendPid) {
        return Sql.nullableText(observer, "SELECT wait_event FROM pg_stat_activity WHERE pid = ?", backendPid)
                .map("SyncRep"::equals)
                .orElse(false);
    }

    /** The milliseconds that the commit took. */
    private static double commit(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // whoever watches the probe finds it by this name
            statement.execute("SET LOCAL application_name = '" + InstanceMonitor.GUARD_PROBE + "'");
            statement.execute("SET LOCAL synchronous_commit = remote_apply");
            statement.execute(PROBE);
        }
        long start = System.nanoTime();
        connection.commit();
        double millis = (System.nanoTime() - start) / 1e6;
        connection.setAutoCommit(true);
        return millis;
    }

    private static double result(CompletableFuture<Double> committed) {
        try {
            return committed.join();
        } catch (CompletionException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED, "the probe of the guard failed: " + e.getCause(), null, e.getCause());
        }
    }

    private static void abandon(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw Sql.failed("closing the connection of a probe", e);
        }
    }
}
