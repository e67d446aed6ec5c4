/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move.HistoryEntry;
import io.drover.api.MoveState;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventFeedTest {
    private static final List<HistoryEntry> RESUMED =
            List.of(line(1, null), line(2, MoveState.NEEDS_OPERATOR), line(3, MoveState.REVERSING));

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();
    private final EventFeed feed = new EventFeed(tasks::add, Clock.systemUTC());

    private static HistoryEntry line(long number, @Nullable MoveState state) {
        return new HistoryEntry(number, Instant.EPOCH, 160, "line " + number, state);
    }

    private void listen(List<HistoryEntry> history) {
        feed.listen(0, (name, number, data) -> heard.add(name + " " + number), () -> history);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Test
    void aReplayDoesNotEndWhereAPersonLedTheMoveOn() {
        listen(RESUMED);
        runTasks();

        assertThat(heard).containsExactly("step 1", "state 2", "state 3");
    }

    @Test
    void aReplayEndsWithTheNewestLineOfAMoveThatHasEnded() {
        listen(RESUMED.subList(0, 2));
        runTasks();

        assertThat(heard).containsExactly("step 1", "state 2", "end 0");
    }

    @Test
    void whatIsRecordedBeforeTheReplayComesInOrder() {
        feed.recorded(RESUMED.subList(2, 3));
        listen(RESUMED);
        feed.recorded(List.of(line(4, MoveState.COMPLETED)));
        runTasks();

        assertThat(heard).containsExactly("step 1", "state 2", "state 3", "state 4", "end 0");
    }
}
