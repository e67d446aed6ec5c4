/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import com.sun.jna.LastErrorException;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;

/** Signals to processes (kill(2)). Numbers are Linux's on x86 and ARM. */
public enum Signals {
    HUP(1),
    INT(2),
    QUIT(3),
    KILL(9),
    TERM(15),
    CONT(18),
    STOP(19);

    private static final int NO_SUCH_PROCESS = 3;

    private final int number;

    Signals(int number) {
        this.number = number;
    }

    /** Loads the C library's binding, which takes long the first time, by a signal that does nothing. */
    static void load() {
        LibC.kill((int) ProcessHandle.current().pid(), 0);
    }

    /** Whether there is such a process; one that belongs to somebody else is. */
    static boolean exists(int pid) {
        try {
            LibC.kill(pid, 0);
            return true;
        } catch (LastErrorException e) {
            return e.getErrorCode() != NO_SUCH_PROCESS;
        }
    }

    /**
     * Sends the signal to one process.
     *
     * @return false when there is no such process
     * @throws DroverException when the process belongs to somebody else
     */
    public boolean send(int pid) {
        requireProcess(pid);
        return send(pid, "process " + pid);
    }

    /**
     * Sends the signal to every process of the group that a process leads or led, as each child of a postmaster does: programs that
     * it started are in its group.
     *
     * @return false when there is no such group
     * @throws DroverException when all of it belongs to somebody else
     */
    boolean sendToGroupOf(int leader) {
        requireProcess(leader);
        return send(-leader, "the group of process " + leader);
    }

    /** 0, -1 and negative numbers mean groups, 1 is init: a wrong pid must never reach them. */
    private static void requireProcess(int pid) {
        if (pid <= 1) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: refused to signal process " + pid);
        }
    }

    private boolean send(int target, String whom) {
        try {
            LibC.kill(target, number);
            return true;
        } catch (LastErrorException e) {
            if (e.getErrorCode() == NO_SUCH_PROCESS) {
                return false;
            }
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    whom + " could not be sent SIG" + name() + ": " + e.getMessage(),
                    "run the agent as the operating system user that PostgreSQL runs as",
                    e);
        }
    }
}
