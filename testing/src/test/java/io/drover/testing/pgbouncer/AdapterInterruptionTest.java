/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Participant;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.fault.FaultPoint;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.pgbouncer.PgBouncerAdapter;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ends the adapter on either side of each thing it does that outlives it, starts another, and looks for the same end: clients go to who
 * serves, nobody is held, and no client has seen an error. Once the other is started at once, once only when the move is over.
 */
final class AdapterInterruptionTest {
    private static final Path PAGE = Path.of("../docs/fault-points.md");
    private static final Pattern LINE = Pattern.compile("(?m)^\\| `(pgbouncer/[a-z-]+)` \\| adapter \\|");
    /** Nobody hangs on a dead server here, see {@code AdapterTest}; and nobody retires an adapter, which is one write. */
    private static final Set<String> ELSEWHERE = Set.of("pgbouncer/kill", "pgbouncer/forget");

    @TempDir
    private Path directory;

    /** How a move ends. */
    private enum Way {
        FORWARD,
        ABORTED
    }

    /** When the next adapter is started. */
    private enum Next {
        AT_ONCE,
        WHEN_THE_MOVE_IS_OVER
    }

    /**
     * One death.
     *
     * @param number at which time the point is reached, from 1
     */
    private record Cell(Way way, FaultPoint point, int number, Next next) {
        @Override
        public String toString() {
            return way + ", killed at " + point + " for the " + number + ". time, the next one "
                    + next.name().toLowerCase(Locale.ROOT);
        }
    }

    /** The process is gone: nothing that it was about to do happens any more. */
    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Gone() {
            super("killed by the test");
        }
    }

    @TestFactory
    Stream<DynamicTest> anotherAdapterComesToTheSameEnd() throws Exception {
        List<Cell> cells = new ArrayList<>();
        for (Way way : Way.values()) {
            List<FaultPoint> reached = play(way, null).reached;
            for (FaultPoint point : new LinkedHashSet<>(reached)) {
                int times = (int) reached.stream().filter(point::equals).count();
                for (int number : new TreeSet<>(List.of(1, times))) {
                    for (Next next : Next.values()) {
                        cells.add(new Cell(way, point, number, next));
                    }
                }
            }
        }
        assertThat(cells).hasSizeGreaterThan(40);
        return cells.stream().map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> play(cell.way(), cell)));
    }

    @Test
    void everyPointOfThePageIsMet() throws Exception {
        Set<String> lines = new TreeSet<>(LINE.matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult line) -> line.group(1))
                .toList());
        Set<String> met = new TreeSet<>(ELSEWHERE);
        play(Way.FORWARD, null).reached.forEach(point -> met.add(point.place() + "/" + point.effect()));

        assertThat(met).isEqualTo(lines);
    }

    private Run play(Way way, @Nullable Cell cell) throws Exception {
        try (Run run = new Run(Files.createTempDirectory(directory, "run"), cell)) {
            run.play(way);
            return run;
        }
    }

    /** One move with the death in it. */
    private static final class Run implements AutoCloseable {
        private static final Duration STILL = Duration.ofMillis(15);

        private final AdapterStage stage;
        private final @Nullable Cell cell;
        private final List<FaultPoint> reached = new CopyOnWriteArrayList<>();
        private volatile boolean killed;
        private boolean replaced;
        private @Nullable PgBouncerAdapter adapter;
        private AutoCloseable armed = () -> {};

        Run(Path directory, @Nullable Cell cell) throws Exception {
            this.stage = new AdapterStage(directory, "transaction");
            this.cell = cell;
        }

        /** Only of the first adapter: the next one is let be. */
        private synchronized void reached(FaultPoint point) {
            if (killed) {
                throw new Gone();
            }
            reached.add(point);
            if (cell != null
                    && point.equals(cell.point())
                    && reached.stream().filter(point::equals).count() == cell.number()) {
                killed = true;
                throw new Gone();
            }
        }

        void play(Way way) throws Exception {
            // PgBouncer has been steered before, by an adapter whose configuration said something else
            try (PgBouncerAdapter before = stage.start(2)) {
                stage.awaitSettledOn(AdapterStage.A);
                assertThat(before).isNotNull();
            }
            armed = FaultPoints.arm(this::reached);
            try (Traffic one = new Traffic(stage.process(AdapterStage.ONE));
                    Traffic two = new Traffic(stage.process(AdapterStage.TWO))) {
                adapter = stage.start();
                one.awaitProgress(AdapterStage.A.port());
                move(way, List.of(one, two));
                Endpoint end = way == Way.FORWARD ? AdapterStage.B : AdapterStage.A;
                await("it serves where it should", () -> stage.settledOn(end));
                if (cell != null) {
                    Waiting.until(cell + " happens", AdapterStage.LIMIT, () -> killed);
                    bury();
                    if (!replaced) {
                        replace();
                    }
                }
                stage.awaitSettledOn(end);
                one.awaitProgress(end.port());
                two.awaitProgress(end.port());
                assertThat(one.errors() + two.errors()).as("errors of clients").isZero();
            } finally {
                armed.close();
            }
        }

        private void move(Way way, List<Traffic> traffic) throws Exception {
            stage.reserveAndShowTarget();
            await(
                    "it is ready",
                    () -> stage.participant().filter(Participant::targetReady).isPresent());
            stage.fence();
            await("the fence is acknowledged", stage::acknowledged);
            if (stage.acknowledged()) {
                assertNobodyBegins(traffic);
            }
            if (way == Way.ABORTED) {
                stage.abort();
                Waiting.pause(STILL);
                stage.reopen();
                return;
            }
            boolean drained = stage.acknowledged();
            stage.promote();
            if (drained) {
                assertNobodyBegins(traffic);
                traffic.forEach(client -> client.forbid(AdapterStage.A.port()));
            }
            stage.serve();
        }

        private static void assertNobodyBegins(List<Traffic> traffic) {
            List<Integer> before = traffic.stream().map(Traffic::begun).toList();
            Waiting.pause(STILL);
            assertThat(traffic.stream().map(Traffic::begun).toList())
                    .as("transactions behind an acknowledged fence")
                    .isEqualTo(before);
        }

        /** Waits for what the adapter does; one that is dead is replaced, or not waited for. */
        private void await(String what, BooleanSupplier done) throws Exception {
            Waiting.until(what, AdapterStage.LIMIT, () -> done.getAsBoolean() || (killed && !replaced));
            if (killed && !replaced) {
                bury();
                if (cell != null && cell.next() == Next.AT_ONCE) {
                    replace();
                    Waiting.until(what, AdapterStage.LIMIT, done);
                }
            }
        }

        /** What is left of a process that was killed: its sockets and its lock go, and its session. */
        private void bury() {
            PgBouncerAdapter dead = adapter;
            if (dead != null && !replaced) {
                adapter = null;
                dead.close();
            }
        }

        private void replace() throws Exception {
            replaced = true;
            armed.close();
            adapter = stage.start();
        }

        @Override
        public void close() throws IOException {
            PgBouncerAdapter last = adapter;
            if (last != null) {
                last.close();
            }
            stage.close();
        }
    }
}
