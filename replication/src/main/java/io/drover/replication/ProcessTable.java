package io.drover.replication;

import java.nio.file.Path;
import java.util.List;

/** The process table, read from /proc. */
public final class ProcessTable {
    private ProcessTable() {}
    /** Live and zombie children of a process. */
    public static int[] children(int pid) { throw new UnsupportedOperationException(); }
    /** State letter, such as R, S, T (stopped), Z (zombie); 0 when there is no such process. */
    public static char state(int pid) { throw new UnsupportedOperationException(); }
    /** Whether the process exists and is no zombie. */
    public static boolean alive(int pid) { throw new UnsupportedOperationException(); }
    /** What ps shows. */
    public static String title(int pid) { throw new UnsupportedOperationException(); }
    /** The argument vector. */
    public static List<String> argv(int pid) { throw new UnsupportedOperationException(); }
    /** Start time in clock ticks since boot: with the pid it names a process for good; 0 when there is none. */
    public static long startTicks(int pid) { throw new UnsupportedOperationException(); }
    /** Live processes whose working directory is the given one: the server's, orphans of a killed postmaster included. */
    public static List<Integer> inDirectory(Path directory) { throw new UnsupportedOperationException(); }
}
