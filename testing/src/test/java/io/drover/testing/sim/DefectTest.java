/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A simulation that cannot fail proves nothing: each rule that is taken out of the code is missed by some seed, which passes with it. */
@Simulated
final class DefectTest {
    /** Some are found by one seed in three, others by one in thirty. */
    private static final int ENOUGH = 500;

    private static final Logger DROVER = (Logger) LoggerFactory.getLogger("io.drover");
    private static final Level USUAL = DROVER.getLevel();

    /** What goes wrong on purpose is no news. */
    @BeforeAll
    static void beQuiet() {
        DROVER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        DROVER.setLevel(USUAL);
    }

    @ParameterizedTest
    @EnumSource
    void aSeedFindsIt(Defect defect) {
        Method simulation = DefectiveWorld.simulation(defect.changes());
        long seed = 1;
        Optional<String> wrong = DefectiveWorld.wrong(simulation, seed);
        while (wrong.isEmpty() && seed < ENOUGH) {
            seed++;
            wrong = DefectiveWorld.wrong(simulation, seed);
        }
        assertThat(wrong).as("%s within %d seeds", defect, ENOUGH).isPresent();
        System.out.println("simulation: " + defect + " is found by seed " + seed + ": " + wrong.orElseThrow());
        assertThat(DefectiveWorld.wrong(DefectiveWorld.simulation(Map.of()), seed))
                .as("seed %d without it", seed)
                .isEmpty();
    }
}
