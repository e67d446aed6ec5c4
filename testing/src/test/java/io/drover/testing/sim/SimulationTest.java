/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Moves under all that may go wrong, by seeds: {@code -Dsimulation.seeds=20000}, {@code -Dsimulation.first=1}, and
 * {@code -Dsimulation.seconds=120}, after which no other
 * seed is begun once there were a thousand.
 */
@Simulated
final class SimulationTest {
    private static final long FIRST = Long.getLong("simulation.first", 1);
    private static final long SEEDS = Long.getLong("simulation.seeds", 300);
    private static final long LEAST = 1_000;

    private static final Duration LIMIT = Duration.ofSeconds(Long.getLong("simulation.seconds", 120));
    private static final Logger DROVER = (Logger) LoggerFactory.getLogger("io.drover");
    private static final Level USUAL = DROVER.getLevel();

    /** What goes wrong on purpose is no news. */
    @BeforeAll
    static void beQuiet() {
        DROVER.setLevel(SEEDS == 1 ? Level.INFO : Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        DROVER.setLevel(USUAL);
    }

    @Test
    void noSeedBreaksAMove() {
        SimulationRun.Report report = SimulationRun.of(FIRST, SEEDS, LEAST, LIMIT, world -> {});

        System.out.println(report);
        assertThat(report.violations()).isEmpty();
        assertThat(report.seeds()).as("seeds that were run").isGreaterThanOrEqualTo(Math.min(SEEDS, LEAST));
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed = FIRST; seed < FIRST + 5; seed++) {
            SimScheduler.Run once = Simulation.run(seed).run();

            assertThat(Simulation.run(seed).run()).as("seed %d", seed).isEqualTo(once);
        }
    }

    /** The order of what is in a set or map of the JDK is another one in each JVM: nothing may hang on it. */
    @Test
    void anotherJvmRunsTheSameSeedInTheSameSteps() throws IOException, InterruptedException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SeedDigests.class.getName(),
                        Long.toString(FIRST),
                        "12")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> theirs;
        try {
            theirs = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(other.waitFor()).isZero();
        } finally {
            other.destroyForcibly();
        }
        assertThat(SeedDigests.of(FIRST, 12)).isEqualTo(theirs);
    }
}
