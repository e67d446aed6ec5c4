/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import com.sun.jna.LastErrorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process gets of a processor that others want too (setpriority(2)). */
public final class Priority {
    private static final Logger LOG = LoggerFactory.getLogger(Priority.class);
    private static final int OF_PROCESS = 0;
    private static final int LOWEST = 19;

    private Priority() {}

    /** Loads the C library's binding, by a question. */
    static void load() {
        LibC.getpriority(OF_PROCESS, (int) ProcessHandle.current().pid());
    }

    /** Leaves a process what nobody else wants: one that is ending, and for whose end nobody waits. It may be gone already. */
    public static void lowest(int pid) {
        try {
            LibC.setpriority(OF_PROCESS, pid, LOWEST);
        } catch (LastErrorException e) {
            LOG.debug("process {} keeps its priority: {}", pid, e.getMessage());
        }
    }
}
