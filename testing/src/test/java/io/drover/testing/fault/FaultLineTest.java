/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.fault.FaultPoint.When;
import io.drover.api.fault.FaultPoints;
import io.drover.testing.cluster.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultLineTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void holdsTheThreadAtTheSecondPassingUntilItIsReleased(@TempDir Path directory) throws Exception {
        LinkedBlockingQueue<FaultLine.Hit> hits = new LinkedBlockingQueue<>();
        CountDownLatch passed = new CountDownLatch(2);
        try (AutoCloseable post = FaultPost.open(FaultPost.socketOf(directory, "c1"));
                FaultLine line = FaultLine.open(directory, "c1", hits::add)) {
            assertThat(post).isNotNull();
            line.arm("row-100/run/before", 2);
            Thread driver = new Thread(() -> {
                for (int i = 0; i < 2; i++) {
                    FaultPoints.reach("row-100", "run", When.AFTER);
                    FaultPoints.reach("row-100", "run", When.BEFORE);
                    passed.countDown();
                }
            });
            driver.start();

            FaultLine.Hit hit = hits.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(hit).isNotNull();
            assertThat(hit.process()).isEqualTo("c1");
            assertThat(hit.point()).isEqualTo("row-100/run/before");
            Waiting.until("the driver is held", LIMIT, () -> driver.getState() == Thread.State.TIMED_WAITING);
            assertThat(passed.getCount()).isEqualTo(1);

            line.release();
            driver.join(LIMIT.toMillis());
            assertThat(passed.getCount()).isZero();
            assertThat(line.seen()).containsEntry("row-100/run/before", 2).containsEntry("row-100/run/after", 2);
        }
    }

    @Test
    void holdsAtThePointThatWasArmedWhileItWasHeldAtAnother(@TempDir Path directory) throws Exception {
        LinkedBlockingQueue<FaultLine.Hit> hits = new LinkedBlockingQueue<>();
        try (AutoCloseable post = FaultPost.open(FaultPost.socketOf(directory, "c1"));
                FaultLine line = FaultLine.open(directory, "c1", hits::add)) {
            assertThat(post).isNotNull();
            line.arm("row-95/run/after", 1);
            Thread driver = new Thread(() -> {
                FaultPoints.reach("row-95", "run", When.AFTER);
                FaultPoints.reach("row-95", "undo", When.BEFORE);
            });
            driver.start();
            assertThat(hits.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();

            line.arm("row-95/undo/before", 1);
            line.release();

            FaultLine.Hit second = hits.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(second).isNotNull();
            assertThat(second.point()).isEqualTo("row-95/undo/before");
            Waiting.until("the driver is held", LIMIT, () -> driver.getState() == Thread.State.TIMED_WAITING);
            line.release();
            driver.join(LIMIT.toMillis());
            assertThat(driver.isAlive()).isFalse();
        }
    }

    @Test
    void forgetsAnOrderThatIsTakenBack(@TempDir Path directory) throws Exception {
        LinkedBlockingQueue<FaultLine.Hit> hits = new LinkedBlockingQueue<>();
        try (AutoCloseable post = FaultPost.open(FaultPost.socketOf(directory, "c1"));
                FaultLine line = FaultLine.open(directory, "c1", hits::add)) {
            assertThat(post).isNotNull();
            line.arm("row-100/run/before", 1);
            line.disarmQuietly();
            // answered after the order above was read
            line.seen();
            FaultPoints.reach("row-100", "run", When.BEFORE);
            assertThat(hits).isEmpty();
        }
    }
}
