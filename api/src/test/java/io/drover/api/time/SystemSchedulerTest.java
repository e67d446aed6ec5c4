/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemSchedulerTest {
    @Test
    void timerThatIsShutDownDoesWhatIsDueAndLeavesWhatIsForLater() throws InterruptedException {
        List<String> done = new CopyOnWriteArrayList<>();
        ScheduledExecutorService timer = Scheduler.system().newTimer("timer-of-a-test");
        timer.schedule(() -> done.add("later"), 1, TimeUnit.HOURS);
        timer.execute(() -> done.add("first"));
        timer.execute(() -> done.add("second"));
        timer.shutdown();

        assertThat(timer.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(done).containsExactly("first", "second");
    }
}
