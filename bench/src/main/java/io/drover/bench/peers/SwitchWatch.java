/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.testing.cluster.Waiting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees from outside when a switch holds writes and when it lets them go on: the old primary ends the session that is open here, as it
 * ends those of the application, and later the other node takes transactions that write. These products tell neither moment, and
 * their commands do a lot before the one and after the other.
 */
final class SwitchWatch implements AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    /** A standby is not; nor is a primary that was promoted and still has to wait for the end of the old one. */
    private static final String IS_OPEN = "select current_setting('transaction_read_only') = 'off'";

    /**
     * Two moments of {@link System#nanoTime()}.
     *
     * @param fence when writes were first held
     * @param serving when the new primary took them
     */
    record Moments(long fence, long serving) {}

    /** Opens a session. */
    interface Login {
        Connection open() throws SQLException;
    }

    private final Login target;
    private final Duration limit;
    private final Connection old;
    private @Nullable Connection next;

    SwitchWatch(Login source, Login target, Duration limit) throws SQLException {
        this.target = target;
        this.limit = limit;
        this.old = source.open();
    }

    /**
     * Waits for both moments.
     *
     * @param failed whether the command has failed
     * @throws IllegalStateException when it has, and writes were not held; or when one of the moments does not come in time
     */
    Moments await(BooleanSupplier failed) {
        long start = System.nanoTime();
        while (answers(old, "select true")) {
            if (failed.getAsBoolean()) {
                throw new IllegalStateException("the command failed before it did anything");
            }
            pauseWithin(start, "the old primary takes no writes any more");
        }
        long fence = System.nanoTime();
        while (!isServing()) {
            pauseWithin(fence, "the other node takes writes");
        }
        return new Moments(fence, System.nanoTime());
    }

    private void pauseWithin(long start, String what) {
        if (System.nanoTime() - start > limit.toNanos()) {
            throw new IllegalStateException("not within " + limit + ": " + what);
        }
        Waiting.pause(LOOK_AGAIN);
    }

    private boolean isServing() {
        Connection session = next;
        if (session == null) {
            try {
                session = target.open();
            } catch (SQLException e) {
                return false;
            }
            next = session;
        }
        return answers(session, IS_OPEN);
    }

    /** Whether the session is alive and the answer is yes. */
    private boolean answers(Connection connection, String question) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            close(connection);
            if (connection == next) {
                next = null;
            }
            return false;
        }
    }

    @Override
    public void close() {
        close(old);
        close(next);
    }

    private static void close(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // it was broken before
            return;
        }
    }
}
