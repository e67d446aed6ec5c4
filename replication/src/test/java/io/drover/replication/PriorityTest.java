/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.api.Test;

class PriorityTest {
    private static final int SCHED_IDLE = 5;

    @Test
    void leavesAProcessWhatNobodyElseWants() throws Exception {
        Process child = new ProcessBuilder("/bin/sleep", "60").start();
        try {
            Priority.lowest((int) child.pid());

            assertThat(LibC.sched_getscheduler((int) child.pid())).isEqualTo(SCHED_IDLE);
        } finally {
            child.destroyForcibly();
        }
        child.waitFor();
        assertThatNoException().isThrownBy(() -> Priority.lowest((int) child.pid()));
    }
}
