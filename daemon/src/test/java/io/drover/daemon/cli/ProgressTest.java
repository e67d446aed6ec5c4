/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void saysTheLagAtMostOnceASecond() {
        StringWriter out = new StringWriter();
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
        try (Progress progress = new Progress(new PrintWriter(out), nanos::get)) {
            progress.state(MoveState.CATCHING_UP);
            for (int tenth = 0; tenth <= 10; tenth++) {
                progress.lag(new Move.Lag(100 - tenth, 7));
                nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }

        assertThat(out.toString().lines()).containsExactly("CATCHING_UP", "  lag 100 B, 7 ms", "  lag 90 B, 7 ms");
    }
}
