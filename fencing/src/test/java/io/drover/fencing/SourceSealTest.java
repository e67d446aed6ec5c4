/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports.Standstill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SourceSealTest {
    private static final Lsn END = Lsn.parse("0/5000000");

    private final List<String> calls = new ArrayList<>();
    private final RecordingTarget target = new RecordingTarget();
    private long now;

    @Test
    void holdsTheDoorBeforeItCountsAndEndsTheWalLast() {
        SourceSeal.Result result = new SourceSeal(target, this::tick).seal(Duration.ofSeconds(1));

        assertThat(calls).containsExactly("freeze", "quiet", "hold sessions", "end WAL while held", "verify 0/5000000");
        assertThat(result.finalLsn()).isEqualTo(END);
        assertThat(result.sessions()).isEqualTo(5);
        assertThat(result.standstill()).isEqualTo(Standstill.HELD);
    }

    @Test
    void endsSessionsThatCannotBeHeld() {
        target.held = OptionalInt.empty();

        SourceSeal.Result result = new SourceSeal(target, this::tick).seal(Duration.ofSeconds(1));

        assertThat(calls)
                .containsExactly("freeze", "quiet", "hold sessions", "end sessions", "end WAL", "verify 0/5000000");
        assertThat(result.sessions()).isEqualTo(7);
        assertThat(result.standstill()).isEqualTo(Standstill.ENDED_NOT_HELD);
    }

    @Test
    void endsSessionsWhenOneIsHeldWhereTheEndOfTheWalWaitsForIt() {
        target.endWhileHeld = Optional.empty();

        SourceSeal.Result result = new SourceSeal(target, this::tick).seal(Duration.ofSeconds(1));

        assertThat(calls)
                .containsExactly(
                        "freeze",
                        "quiet",
                        "hold sessions",
                        "end WAL while held",
                        "end sessions",
                        "end WAL",
                        "verify 0/5000000");
        assertThat(result.finalLsn()).isEqualTo(END);
        assertThat(result.standstill()).isEqualTo(Standstill.ENDED_IN_THE_WAY);
    }

    @Test
    void measuresItsParts() {
        SourceSeal.Result result = new SourceSeal(target, this::tick).seal(Duration.ofSeconds(1));

        assertThat(List.of(result.freezeMillis(), result.sessionsMillis(), result.switchMillis()))
                .containsExactly(1.0, 1.0, 1.0);
    }

    @Test
    void endsTheWalOnlyWithinItsTime() {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> new SourceSeal(target, this::tick).seal(Duration.ofMillis(2)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.SEAL_FAILED));
        assertThat(calls).containsExactly("freeze", "quiet", "hold sessions");
    }

    @Test
    void restoresTheSettingsBeforeItOpensTheDoor() {
        new SourceSeal(target, this::tick).lift();

        assertThat(calls).containsExactly("release sessions", "restore settings", "thaw");
    }

    private long tick() {
        now += 1_000_000;
        return now;
    }

    private final class RecordingTarget implements FenceTarget {
        private OptionalInt held = OptionalInt.of(5);
        private Optional<Lsn> endWhileHeld = Optional.of(END);

        @Override
        public void quiet(Duration limit) {
            calls.add("quiet");
        }

        @Override
        public OptionalInt holdSessions(Duration limit) {
            calls.add("hold sessions");
            return held;
        }

        @Override
        public Optional<Lsn> endWalWhileHeld(Duration limit) {
            calls.add("end WAL while held");
            return endWhileHeld;
        }

        @Override
        public void releaseSessions() {
            calls.add("release sessions");
        }

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
        public Lsn endWal(Duration limit) {
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
