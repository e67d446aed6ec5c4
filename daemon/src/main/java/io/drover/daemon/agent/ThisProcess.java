/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.NodeId;
import io.drover.topology.AgentMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which process this agent is, and whether another one of the same machine has ended. */
final class ThisProcess {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    /** Containers share the boot of their host and not its process ids. */
    private static final Path PIDS = Path.of("/proc/self/ns/pid");

    /** Of those behind the name (proc(5), /proc/pid/stat, starttime). */
    private static final int START_FIELD = 19;

    private ThisProcess() {}

    /** The mark of this process. */
    static AgentMark mark(NodeId node, String host, String agent) {
        long pid = ProcessHandle.current().pid();
        String machine = machine();
        return new AgentMark(
                node, host, agent, machine == null ? null : new AgentMark.Origin(machine, pid, startTicks(pid)));
    }

    /** Whether the process of a mark ran on this machine since its last boot, and runs no more. */
    static boolean hasEnded(AgentMark mark) {
        AgentMark.Origin process = mark.origin();
        return process != null
                && process.machine().equals(machine())
                && startTicks(process.pid()) != process.startTicks();
    }

    private static @Nullable String machine() {
        try {
            return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(PIDS);
        } catch (IOException e) {
            return null;
        }
    }

    /** Of a process id that is used now; -1 when it is not. Unlike a time it does not change when somebody sets the clock. */
    private static long startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // the program's name may hold spaces and brackets
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[START_FIELD]);
        } catch (IOException e) {
            return -1;
        }
    }
}
