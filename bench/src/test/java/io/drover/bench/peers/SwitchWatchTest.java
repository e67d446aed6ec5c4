/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SwitchWatchTest {
    private static final Duration LIMIT = Duration.ofMillis(200);

    /** A server that gives these answers, one for each question, and the last for ever; {@code end} ends the session. */
    private static final class Server {
        private final Deque<String> answers;

        Server(String... answers) {
            this.answers = new ArrayDeque<>(List.of(answers));
        }

        Connection open() throws SQLException {
            if (peek().equals("refuse")) {
                next();
                throw new SQLException("the server does not take logins");
            }
            AtomicBoolean ended = new AtomicBoolean();
            return fake(Connection.class, name -> name.equals("createStatement") ? statement(ended) : null);
        }

        private Statement statement(AtomicBoolean ended) {
            return fake(Statement.class, name -> name.equals("executeQuery") ? answer(ended) : null);
        }

        private ResultSet answer(AtomicBoolean ended) throws SQLException {
            String answer = ended.get() ? "end" : next();
            if (answer.equals("end")) {
                ended.set(true);
                throw new SQLException("the session was ended");
            }
            return fake(ResultSet.class, name -> name.equals("next") || answer.equals("yes"));
        }

        private String peek() {
            return answers.getFirst();
        }

        private String next() {
            return answers.size() > 1 ? answers.removeFirst() : peek();
        }
    }

    private interface Method {
        Object call(String name) throws SQLException;
    }

    private static <T> T fake(Class<T> type, Method method) {
        return type.cast(Proxy.newProxyInstance(
                SwitchWatchTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                    if (called.getReturnType() == void.class) {
                        return null;
                    }
                    return method.call(called.getName());
                }));
    }

    private static SwitchWatch watch(Server source, Server target) throws SQLException {
        return new SwitchWatch(source::open, target::open, LIMIT);
    }

    @Test
    void thePauseIsFromTheEndOfTheOldSessionUntilTheOtherNodeTakesWrites() throws SQLException {
        Server source = new Server("yes", "yes", "end");
        Server target = new Server("refuse", "no", "end", "no", "yes");
        try (SwitchWatch watch = watch(source, target)) {
            long start = System.nanoTime();
            SwitchWatch.Moments moments = watch.await(() -> false);
            // two looks at the one, four waits for the other, of five milliseconds each
            assertThat(moments.fence() - start).isGreaterThanOrEqualTo(10_000_000);
            assertThat(moments.serving() - moments.fence()).isGreaterThanOrEqualTo(20_000_000);
        }
    }

    @Test
    void aCommandThatFailedBeforeThePauseIsTold() throws SQLException {
        try (SwitchWatch watch = watch(new Server("yes"), new Server("no"))) {
            assertThatThrownBy(() -> watch.await(() -> true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the command failed");
        }
    }

    @Test
    void aSwitchThatDoesNotBeginIsTold() throws SQLException {
        try (SwitchWatch watch = watch(new Server("yes"), new Server("no"))) {
            assertThatThrownBy(() -> watch.await(() -> false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the old primary takes no writes any more");
        }
    }

    @Test
    void aSwitchWithoutANewPrimaryIsTold() throws SQLException {
        try (SwitchWatch watch = watch(new Server("end"), new Server("no"))) {
            assertThatThrownBy(() -> watch.await(() -> false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the other node takes writes");
        }
    }
}
