/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import com.sun.jna.LastErrorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process gets of a processor that others want too (sched(7)). */
public final class Priority {
    private static final Logger LOG = LoggerFactory.getLogger(Priority.class);
    private static final int SCHED_IDLE = 5;

    private Priority() {}

    /** Loads the C library's binding, by a question. */
    static void load() {
        LibC.sched_getscheduler((int) ProcessHandle.current().pid());
    }

    /**
     * Leaves a process what nobody else wants (SCHED_IDLE): one that is ending, and for whose end nobody waits. Any other that
     * wakes up takes the processor from it at once. It may be gone already.
     */
    public static void lowest(int pid) {
        try {
            LibC.sched_setscheduler(pid, SCHED_IDLE, new int[] {0});
        } catch (LastErrorException e) {
            LOG.debug("process {} keeps its priority: {}", pid, e.getMessage());
        }
    }
}
