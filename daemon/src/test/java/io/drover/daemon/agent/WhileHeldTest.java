/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.time.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WhileHeldTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(20);

    /** Completed when the sessions are let go on. */
    private final CompletableFuture<String> lock = new CompletableFuture<>();

    private final WhileHeld question =
            new WhileHeld(Scheduler.system(), Scheduler.system().newThreads("while-held"));
    private boolean released;

    @Test
    void answersWithoutLettingAnybodyGoOn() {
        assertThat(question.ask(() -> "end", LONG, this::release)).hasValue("end");
        assertThat(released).isFalse();
    }

    @Test
    void letsThemGoOnWhenOneHoldsWhatTheAnswerNeeds() {
        assertThat(question.ask(lock::join, SHORT, this::release)).isEmpty();
        assertThat(released).isTrue();
        question.awaitLate(LONG);
    }

    @Test
    void passesTheFailureOn() {
        Supplier<String> refused = () -> {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "refused");
        };

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> question.ask(refused, LONG, this::release))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_FAILED));
    }

    @Test
    void failsWhenThereIsNoAnswerEvenThen() {
        assertThat(question.ask(lock::join, SHORT, () -> {})).isEmpty();

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> question.awaitLate(SHORT))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.SEAL_FAILED));
    }

    @Test
    void hasNothingToWaitForWithoutALateAnswer() {
        question.awaitLate(Duration.ZERO);

        assertThat(question.ask(() -> "end", LONG, this::release)).hasValue("end");
        question.awaitLate(Duration.ZERO);
    }

    private void release() {
        released = true;
        lock.complete("late");
    }
}
