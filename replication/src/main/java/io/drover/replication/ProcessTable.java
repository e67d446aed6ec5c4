/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The process table, read from /proc (Linux). It decides what is gone, since {@code pg_stat_activity} does not show a
 * connection that is still authenticating (hazard H75), and a process that has exited but is not yet reaped still answers to
 * signal 0 (H62). Runs inside the write pause, so it reads few and small files.
 */
public final class ProcessTable {
    private static final Path PROC = Path.of("/proc");
    private static final int STAT_BYTES = 1024;
    private static final int CHILDREN_BYTES = 64 * 1024;
    private static final int STATE_FIELD = 3;
    private static final int PARENT_FIELD = 4;
    private static final int FLAGS_FIELD = 9;
    private static final int THREADS_FIELD = 20;
    private static final int START_FIELD = 22;
    /** PF_EXITING of Linux's sched.h: the process has entered its exit and never runs an instruction of its own again. */
    private static final long EXITING = 0x4;

    private ProcessTable() {}

    /**
     * Live and zombie children of a single-threaded process. Complete while the parent is stopped: it then neither forks nor
     * reaps, and only reaping makes the kernel's list skip an entry (proc(5), children).
     */
    public static int[] children(int pid) {
        byte[] buffer = new byte[CHILDREN_BYTES];
        int length = readInto("/proc/" + pid + "/task/" + pid + "/children", buffer);
        // a list that fills the buffer may go on behind it
        return length < 0 || length == buffer.length ? childrenByScan(pid) : parseNumbers(buffer, length);
    }

    /** State letter, such as R, S, T (stopped), Z (zombie); 0 when there is no such process. */
    public static char state(int pid) {
        String state = statField(pid, STATE_FIELD);
        return state.isEmpty() ? 0 : state.charAt(0);
    }

    /** Whether the process exists and is no zombie. */
    public static boolean alive(int pid) {
        char state = state(pid);
        return state != 0 && state != 'Z' && state != 'X';
    }

    /**
     * Whether the process can still do anything of its own accord. One that can't may exist for some more milliseconds, in which
     * the kernel takes its memory apart: 2 to 8 ms for each PostgreSQL session, so the write pause does not wait for that.
     */
    public static boolean canAct(int pid) {
        String[] fields = stat(pid);
        return fields.length == 0 ? Signals.exists(pid) : !(isEnding(fields) && isOneThread(fields));
    }

    /** Whether it can do nothing of its own accord as it is: stopped by a signal, or past its last instruction. */
    public static boolean cannotGoOn(int pid) {
        String[] fields = stat(pid);
        // a table that cannot be read, for want of a file descriptor, proves nothing
        return fields.length == 0
                ? !Signals.exists(pid)
                : isOneThread(fields)
                        && (isEnding(fields) || field(fields, STATE_FIELD).equals("T"));
    }

    private static boolean isEnding(String[] fields) {
        char state = field(fields, STATE_FIELD).charAt(0);
        return state == 'Z' || state == 'X' || (Long.parseLong(field(fields, FLAGS_FIELD)) & EXITING) != 0;
    }

    /** What is said of a process is its first thread's, which may end or be stopped before the others. */
    private static boolean isOneThread(String[] fields) {
        return Integer.parseInt(field(fields, THREADS_FIELD)) <= 1;
    }

    /** Start time in clock ticks since boot: with the pid it names a process for good; 0 when there is none. */
    public static long startTicks(int pid) {
        String ticks = statField(pid, START_FIELD);
        return ticks.isEmpty() ? 0 : Long.parseLong(ticks);
    }

    /** What ps shows; empty for a zombie or when there is no such process. */
    public static String title(int pid) {
        return String.join(" ", argv(pid)).strip();
    }

    /** The argument vector; empty for a zombie or when there is no such process. */
    public static List<String> argv(int pid) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(PROC.resolve(pid + "/cmdline"));
        } catch (IOException e) {
            return List.of();
        }
        List<String> arguments = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                arguments.add(new String(bytes, from, i - from, StandardCharsets.UTF_8));
                from = i + 1;
            }
        }
        if (from < bytes.length) {
            arguments.add(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8));
        }
        return arguments;
    }

    /**
     * Live PostgreSQL processes whose working directory is the given one. Every process of a server works in its data
     * directory, so this also finds what a killed postmaster left behind, and those that have ended and whose memory the kernel still
     * takes apart: until that is done the shared memory is in use, and PostgreSQL starts nothing on it. Sees only processes of its own
     * user, unless it is root.
     */
    public static List<Integer> serversIn(Path dataDir) {
        List<Integer> found = new ArrayList<>();
        for (int pid : all()) {
            if (isServerIn(pid, dataDir)) {
                found.add(pid);
            }
        }
        return found;
    }

    /** Whether a live PostgreSQL process works in the directory, or one whose memory the kernel still takes apart. */
    static boolean isServerIn(int pid, Path dataDir) {
        Path process = PROC.resolve(Integer.toString(pid));
        try {
            return programOf(pid, process).startsWith("postgres")
                    && Files.isSameFile(process.resolve("cwd"), dataDir)
                    && alive(pid);
        } catch (IOException e) {
            // gone in between, a kernel thread, or somebody else's process
            return false;
        }
    }

    /** The kernel takes the program away first, then the memory, and the working directory only then: the name stays to the end. */
    private static String programOf(int pid, Path process) throws IOException {
        try {
            return String.valueOf(Files.readSymbolicLink(process.resolve("exe")).getFileName());
        } catch (IOException e) {
            if (canAct(pid)) {
                throw e;
            }
            return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1);
        }
    }

    private static int[] childrenByScan(int parent) {
        return all().stream()
                .filter(pid -> parentOf(pid).equals(Integer.toString(parent)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** A process that is there and tells nothing could be a child: whoever counts them must not count without it. */
    private static String parentOf(int pid) {
        String parent = statField(pid, PARENT_FIELD);
        if (parent.isEmpty() && Signals.exists(pid)) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "the process table tells nothing of process " + pid,
                    "look at the agent's limit of open files");
        }
        return parent;
    }

    /** Every process that there is. */
    public static List<Integer> all() {
        List<Integer> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                pids.add(Integer.valueOf(String.valueOf(entry.getFileName())));
            }
        } catch (IOException e) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "the process table cannot be read", null, e);
        }
        return pids;
    }

    /** A field of /proc/pid/stat; empty when there is no such process. */
    private static String statField(int pid, int number) {
        String[] fields = stat(pid);
        return fields.length == 0 ? "" : field(fields, number);
    }

    /** A field, numbered as in proc(5). */
    private static String field(String[] fields, int number) {
        return fields[number - STATE_FIELD];
    }

    /** The fields of /proc/pid/stat from the third on; none when there is no such process. */
    private static String[] stat(int pid) {
        byte[] buffer = new byte[STAT_BYTES];
        int length = readInto("/proc/" + pid + "/stat", buffer);
        if (length <= 0) {
            return new String[0];
        }
        // the second field is the program's name in parentheses and may hold spaces and parentheses itself
        String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
        return text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
    }

    /** Bytes read, or -1 when the file is not there. */
    private static int readInto(String file, byte[] buffer) {
        try (FileInputStream in = new FileInputStream(file)) {
            return Math.max(0, in.readNBytes(buffer, 0, buffer.length));
        } catch (IOException e) {
            return -1;
        }
    }

    private static int[] parseNumbers(byte[] text, int length) {
        int[] numbers = new int[length / 2 + 1];
        int count = 0;
        int number = 0;
        boolean inside = false;
        for (int i = 0; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                number = number * 10 + text[i] - '0';
                inside = true;
            } else if (inside) {
                numbers[count++] = number;
                number = 0;
                inside = false;
            }
        }
        if (inside) {
            numbers[count++] = number;
        }
        return Arrays.copyOf(numbers, count);
    }
}
