/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Moves under all that may go wrong, by seeds: {@code -Dsimulation.seeds=20000}, {@code -Dsimulation.first=1}, and
 * {@code -Dsimulation.seconds=120}, after which no other seed is begun.
 */
@Simulated
final class SimulationTest {
    private static final long FIRST = Long.getLong("simulation.first", 1);
    private static final long SEEDS = Long.getLong("simulation.seeds", 300);
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
        SimulationRun.Report report = SimulationRun.of(FIRST, SEEDS, LIMIT, world -> {});

        System.out.println(report);
        assertThat(report.violations()).isEmpty();
        assertThat(report.seeds()).isPositive();
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed = FIRST; seed < FIRST + 5; seed++) {
            SimScheduler.Run once = Simulation.run(seed).run();

            assertThat(Simulation.run(seed).run()).as("seed %d", seed).isEqualTo(once);
        }
    }
}
