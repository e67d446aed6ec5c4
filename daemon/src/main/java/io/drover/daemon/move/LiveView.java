/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Blocker;
import io.drover.api.Move.Lag;
import io.drover.api.Move.Progress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is only true now and therefore not stored: progress, lag, what the driver waits for, what stands in the way. Empty on a controller that does not
 * lead.
 */
final class LiveView {
    private volatile @Nullable Progress progress;
    private volatile @Nullable Lag lag;
    private volatile @Nullable Wait wait;
    private volatile WaitText.@Nullable Retry retry;
    private volatile WaitText.@Nullable Command command;
    private volatile List<Blocker> blockers = List.of();
    private volatile boolean rollbackReady;
    private volatile @Nullable Long rollbackLagBytes;

    @Nullable
    Progress progress() {
        return progress;
    }

    void progress(@Nullable Progress now) {
        progress = now;
    }

    @Nullable
    Lag lag() {
        return lag;
    }

    void lag(@Nullable Lag now) {
        lag = now;
    }

    @Nullable
    Wait awaited() {
        return wait;
    }

    void awaited(@Nullable Wait now) {
        wait = now;
    }

    WaitText.@Nullable Retry retry() {
        return retry;
    }

    void retry(WaitText.@Nullable Retry now) {
        retry = now;
    }

    WaitText.@Nullable Command command() {
        return command;
    }

    void command(WaitText.@Nullable Command now) {
        command = now;
    }

    List<Blocker> blockers() {
        return blockers;
    }

    void blockers(List<Blocker> now) {
        blockers = List.copyOf(now);
    }

    boolean rollbackReady() {
        return rollbackReady;
    }

    @Nullable
    Long rollbackLagBytes() {
        return rollbackLagBytes;
    }

    void rollback(boolean ready, @Nullable Long lagBytes) {
        rollbackReady = ready;
        rollbackLagBytes = lagBytes;
    }
}
