/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.MoveRequest.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who chooses how the source is stopped. */
class CutoverModeTest {
    @Test
    void isSealedWhereNothingNeedsAShutdown() {
        assertThat(CutoverMode.of(new SampleFacts(When.BEFORE_COPY).facts())).isEqualTo(Mode.SEALED);
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void isCleanStopForWorkersThatNobodyKnows(When phase) {
        SampleFacts facts = new SampleFacts(phase);
        facts.add(facts.source, "backgroundWorkers", "pg_cron launcher");
        isCleanStop(facts, phase);
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void isCleanStopForAnArchiveLibrary(When phase) {
        isCleanStop(archivingByLibrary(phase, "always"), phase);
    }

    private static void isCleanStop(SampleFacts facts, When phase) {
        assertThat(CutoverMode.of(facts.facts())).isEqualTo(Mode.CLEAN_STOP);
        assertThat(CutoverMode.of(facts.inMode(Mode.STRICT).facts())).isEqualTo(Mode.STRICT);
        if (phase != When.ALWAYS) {
            for (Mode mode : List.of(Mode.AUTO, Mode.CLEAN_STOP)) {
                assertThat(Preflight.evaluate(facts.inMode(mode).facts(), phase, List.of())
                                .ok())
                        .as(mode.text())
                        .isTrue();
            }
        }
    }

    @Test
    void aLibraryOfAServerThatDoesNotArchiveIsNoReason() {
        SampleFacts facts = archivingByLibrary(When.BEFORE_COPY, "off");
        assertThat(CutoverMode.of(facts.facts())).isEqualTo(Mode.SEALED);
        assertThat(CutoverMode.archiveLibrary(facts.inMode(Mode.SEALED).facts()))
                .isEmpty();
    }

    private static SampleFacts archivingByLibrary(When phase, String mode) {
        SampleFacts facts = new SampleFacts(phase);
        ((ObjectNode) facts.source.get("archiver")).put("mode", mode).put("library", "basic_archive");
        return facts;
    }
}
