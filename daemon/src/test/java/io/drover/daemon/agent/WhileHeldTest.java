/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WhileHeldTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(20);

    /** Completed when the sessions are let go on. */
    private final CompletableFuture<String> lock = new CompletableFuture<>();

    private boolean released;

    @Test
    void answersWithoutLettingAnybodyGoOn() {
        assertThat(WhileHeld.call(() -> "end", LONG, this::release, LONG)).hasValue("end");
        assertThat(released).isFalse();
    }

    @Test
    void letsThemGoOnWhenOneHoldsWhatTheAnswerNeeds() {
        assertThat(WhileHeld.call(lock::join, SHORT, this::release, LONG)).isEmpty();
        assertThat(released).isTrue();
    }

    @Test
    void passesTheFailureOn() {
        Supplier<String> refused = () -> {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "refused");
        };

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> WhileHeld.call(refused, LONG, this::release, LONG))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_FAILED));
    }

    @Test
    void failsWhenThereIsNoAnswerEvenThen() {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> WhileHeld.call(lock::join, SHORT, () -> {}, SHORT))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.SEAL_FAILED));
    }

    private void release() {
        released = true;
        lock.complete("late");
    }
}
