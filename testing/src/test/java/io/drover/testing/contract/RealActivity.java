/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.OpenTransaction;
import io.drover.replication.Waiting;
import io.drover.testing.contract.ThreeNodes.Side;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What is told of the transactions that clients have open on PostgreSQL. */
abstract class RealActivity extends PostgresSteps {
    /** From the begin of one to that of the next. */
    private static final Duration BETWEEN = Duration.ofMillis(300);

    private static final double ROUNDED = 0.01;

    @Override
    abstract RealNodes open();

    private Connection session() {
        return ((RealNodes) nodes).connect(Side.ONE);
    }

    private ActivityView activity() {
        return nodes.monitors().activity(endpoint(Side.ONE));
    }

    /** A transaction as a superuser sees it. */
    private record Seen(long begun, double millis) {}

    private static Map<Integer, Seen> seenBy(Connection observer) throws SQLException {
        Map<Integer, Seen> seen = new HashMap<>();
        try (PreparedStatement statement = observer.prepareStatement("SELECT pid,"
                        + " (extract(epoch FROM xact_start) * 1000000)::bigint,"
                        + " extract(epoch FROM clock_timestamp() - xact_start) * 1000"
                        + " FROM pg_stat_activity WHERE xact_start IS NOT NULL");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                seen.put(rows.getInt(1), new Seen(rows.getLong(2), rows.getDouble(3)));
            }
        }
        return seen;
    }

    private static int pid(Connection session) throws SQLException {
        return session.unwrap(PGConnection.class).getBackendPID();
    }

    private List<Integer> sessionsInTransactions() {
        return activity().open().stream().map(OpenTransaction::pid).toList();
    }

    private static void passMoment() {
        Waiting.until(BETWEEN, BETWEEN, () -> false);
    }

    /** Neither the walsender of a standby is a client, nor who asks, although either is a session and the latter in a transaction. */
    @Test
    final void openTransactionsOfClientsTheOldestFirst() throws SQLException {
        makeStandby();
        try (Connection observer = session();
                Connection idle = session();
                Connection oldest = session();
                Connection young = session();
                Connection works = session()) {
            RealNodes.execute(idle, "SELECT 1");
            RealNodes.execute(oldest, "BEGIN");
            RealNodes.execute(oldest, "INSERT INTO operations (name) VALUES ('one')");
            passMoment();
            CompletableFuture<Void> statement =
                    CompletableFuture.runAsync(() -> RealNodes.execute(works, "SELECT pg_sleep(60)"));
            awaitFact(() -> sessionsInTransactions().size() == 2);
            passMoment();
            RealNodes.execute(young, "BEGIN");
            RealNodes.execute(young, "SELECT 1");
            // what the steps before have asked in sessions of their own may take a moment to end
            awaitFact(() -> activity().sessions() == 5);

            Map<Integer, Seen> before = seenBy(observer);
            ActivityView view = activity();
            Map<Integer, Seen> after = seenBy(observer);

            assertThat(view.sessions()).isEqualTo(5);
            assertThat(view.open())
                    .extracting(OpenTransaction::pid)
                    .containsExactly(pid(oldest), pid(works), pid(young));
            assertThat(view.open()).allSatisfy(each -> {
                assertThat(each.begun()).isEqualTo(before.get(each.pid()).begun());
                assertThat(each.millis())
                        .isBetween(
                                before.get(each.pid()).millis() - ROUNDED,
                                after.get(each.pid()).millis() + ROUNDED);
            });
            assertThat(view.oldestMillis()).isGreaterThanOrEqualTo(2 * BETWEEN.toMillis());
            assertThat(view.written()).isLessThanOrEqualTo(state(Side.ONE).lsn());

            // the next transaction of the same session is another one
            RealNodes.execute(oldest, "COMMIT");
            assertThat(sessionsInTransactions()).containsExactly(pid(works), pid(young));
            RealNodes.execute(oldest, "BEGIN");
            RealNodes.execute(oldest, "SELECT 1");
            assertThat(sessionsInTransactions()).containsExactly(pid(works), pid(young), pid(oldest));
            assertThat(activity().open().get(2).begun())
                    .isGreaterThan(before.get(pid(young)).begun());

            RealNodes.execute(observer, "SELECT pg_cancel_backend(" + pid(works) + ")");
            awaitFact(statement::isCompletedExceptionally);
        }
        awaitFact(() -> activity().sessions() == 0);
        assertThat(sessionsInTransactions()).isEmpty();
    }
}
