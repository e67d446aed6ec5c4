/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.api.time.Scheduler;
import io.drover.replication.AllowList;
import io.drover.replication.PostgresSession;
import io.drover.replication.ServerProcesses;
import io.drover.replication.Writers;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Writers come to their wait before they are stopped; whoever does not come there is stopped where it stands. */
class SealedPostgresTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Writers NOBODY = new Writers(0, 0);
    private static final Writers WAITING = new Writers(3, 0);
    private static final Writers MOVING = new Writers(3, 1);

    private static final Lsn END = new Lsn(0x5000000);

    private final List<String> signals = new CopyOnWriteArrayList<>();
    private final AtomicInteger questions = new AtomicInteger();

    @Test
    void leavesTheSenderAloneWhereNobodyWrites() {
        SealedPostgres server = server(question -> NOBODY);
        server.freeze(LIMIT);
        signals.clear();

        server.quiet(LIMIT);

        assertThat(signals).isEmpty();
        assertThat(questions).hasValue(1);
    }

    @Test
    void holdsTheSenderUntilAllWritersWaitAndSessionsAreHeld() {
        SealedPostgres server = server(question -> question < 4 ? MOVING : WAITING);
        server.freeze(LIMIT);
        signals.clear();

        server.quiet(LIMIT);
        server.holdSessions(LIMIT);

        // once before the door, and twice when they stood still
        assertThat(questions).hasValue(5);
        assertThat(signals).containsExactly("holdSender", "holdSessions", "releaseSender");
    }

    @Test
    void aWriterThatNeverComesToItsWaitFindsTheSenderHeldToTheEnd() {
        SealedPostgres server = server(question -> MOVING);
        server.freeze(LIMIT);
        signals.clear();

        server.quiet(Duration.ofMillis(20));
        server.holdSessions(LIMIT);

        assertThat(signals).containsExactly("holdSender", "holdSessions", "releaseSender");
    }

    @Test
    void letsEverybodyGoOnWhenTheSenderWasStoppedWithWhatTheQuestionNeeds() {
        CompletableFuture<Writers> lock = new CompletableFuture<>();
        SealedPostgres server = server(question -> question == 1 ? MOVING : lock.join(), lock);
        server.freeze(LIMIT);
        signals.clear();

        server.quiet(LIMIT);

        assertThat(signals).containsExactly("holdSender", "releaseSessions");
        assertThat(questions).hasValue(2);
    }

    /** Else what the server logs by itself lies behind the fork, and the old primary cannot follow without a rewind. */
    @Test
    void stopsTheServersOwnWritersOnceTheEndOfTheWalIsKnown() {
        SealedPostgres server = server(question -> NOBODY);
        server.freeze(LIMIT);
        server.holdSessions(LIMIT);
        signals.clear();

        assertThat(server.endWalWhileHeld(LIMIT)).hasValue(END);
        assertThat(signals).containsExactly("holdServerWriters");
        signals.clear();

        assertThat(server.endWal(LIMIT)).isEqualTo(END);
        assertThat(signals).containsExactly("holdServerWriters");
    }

    private SealedPostgres server(IntFunction<Writers> writers) {
        return server(writers, new CompletableFuture<>());
    }

    private SealedPostgres server(IntFunction<Writers> writers, CompletableFuture<Writers> lock) {
        PostgresSession session = (PostgresSession) Proxy.newProxyInstance(
                PostgresSession.class.getClassLoader(),
                new Class<?>[] {PostgresSession.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "writers" -> writers.apply(questions.incrementAndGet());
                    case "endWal" -> END;
                    default -> new AllowList(Map.of(7, "walsender"), 7);
                });
        ServerProcesses processes = (ServerProcesses) Proxy.newProxyInstance(
                ServerProcesses.class.getClassLoader(),
                new Class<?>[] {ServerProcesses.class},
                (proxy, method, arguments) -> {
                    signals.add(method.getName());
                    // also done before the door is touched
                    if (method.getName().equals("releaseSessions") && questions.get() > 1) {
                        lock.complete(MOVING);
                    }
                    return method.getReturnType() == OptionalInt.class ? OptionalInt.of(3) : null;
                });
        Scheduler scheduler = Scheduler.system();
        return new SealedPostgres(
                1000,
                processes,
                "slot",
                () -> session,
                () -> {},
                new WhileHeld(scheduler, scheduler.newThreads("while-held")));
    }
}
