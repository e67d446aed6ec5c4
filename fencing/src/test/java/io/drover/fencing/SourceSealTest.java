/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceSealTest {
    private static final Lsn END = Lsn.parse("0/5000000");

    private final List<String> calls = new ArrayList<>();
    private final RecordingTarget target = new RecordingTarget();
    private long now;

    @Test
    void holdsTheDoorBeforeItCountsAndEndsTheWalLast() {
        SourceSeal.Result result = new SourceSeal(target, this::tick).seal(Duration.ofSeconds(1));

        assertThat(calls).containsExactly("freeze", "end sessions", "end WAL", "verify 0/5000000");
        assertThat(result.finalLsn()).isEqualTo(END);
        assertThat(result.sessionsEnded()).isEqualTo(7);
    }

    @Test
    void measuresItsParts() {
        SourceSeal.Result result = new SourceSeal(target, this::tick).seal(Duration.ofSeconds(1));

        assertThat(List.of(result.freezeMillis(), result.endSessionsMillis(), result.switchMillis()))
                .containsExactly(1.0, 1.0, 1.0);
    }

    @Test
    void endsTheWalOnlyWithinItsTime() {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> new SourceSeal(target, this::tick).seal(Duration.ofMillis(2)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.SEAL_FAILED));
        assertThat(calls).containsExactly("freeze", "end sessions");
    }

    @Test
    void restoresTheSettingsBeforeItOpensTheDoor() {
        new SourceSeal(target, this::tick).lift();

        assertThat(calls).containsExactly("restore settings", "thaw");
    }

    private long tick() {
        now += 1_000_000;
        return now;
    }

    private final class RecordingTarget implements FenceTarget {
        @Override
        public void freeze(Duration limit) {
            calls.add("freeze");
        }

        @Override
        public int endSessions(Duration limit) {
            calls.add("end sessions");
            return 7;
        }

        @Override
        public Lsn endWal() {
            calls.add("end WAL");
            return END;
        }

        @Override
        public void verify(Lsn end) {
            calls.add("verify " + end);
        }

        @Override
        public void restoreSettings() {
            calls.add("restore settings");
        }

        @Override
        public void thaw() {
            calls.add("thaw");
        }
    }
}
