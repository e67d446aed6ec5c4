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
    private volatile @Nullable Awaited awaited;
    private volatile WaitText.@Nullable Retry retry;
    private volatile WaitText.@Nullable Command command;
    private volatile List<Blocker> blockers = List.of();
    private volatile boolean rollbackReady;
    private volatile @Nullable Long rollbackLagBytes;

    private record Awaited(int step, Wait what) {}

    @Nullable
    Progress progress() {
        return progress;
    }

    void progress(@Nullable Progress now) {
        progress = now;
    }

    /** Nobody hears how far it is: what was heard last stays, and no pace that would promise an end. */
    void stalled() {
        Progress last = progress;
        if (last != null) {
            progress = new Progress(last.bytesDone(), last.bytesTotal(), last.percent(), 0, null);
        }
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
        Awaited now = awaited;
        return now == null ? null : now.what();
    }

    /** What is waited for in a row; null when it is another row's: what is stored of the move may be read a moment before or after. */
    @Nullable
    Wait awaitedIn(int step) {
        Awaited now = awaited;
        return now == null || now.step() != step ? null : now.what();
    }

    void awaited(int step, @Nullable Wait now) {
        awaited = now == null ? null : new Awaited(step, now);
    }

    WaitText.@Nullable Retry retry() {
        return retry;
    }

    void retry(WaitText.@Nullable Retry now) {
        retry = now;
    }

    /**
     * A try has come to where it waits for something: what failed before works again; or, of a row that begins its work anew, is being
     * tried, and has not shown yet that it works.
     */
    void trying() {
        WaitText.Retry last = retry;
        retry = last == null || last.next() == null ? null : last.underWay();
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
