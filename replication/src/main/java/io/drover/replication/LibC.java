/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;

/** The C library, bound once. */
public final class LibC {
    static {
        Native.register(LibC.class, Platform.C_LIBRARY_NAME);
    }

    private LibC() {}

    static native int kill(int pid, int signal) throws LastErrorException;

    @SuppressWarnings("checkstyle:MethodName") // the C library's own name
    static native int sched_getscheduler(int pid) throws LastErrorException;

    @SuppressWarnings("checkstyle:MethodName") // the C library's own name
    static native int sched_setscheduler(int pid, int policy, int[] priority) throws LastErrorException;

    @SuppressWarnings("checkstyle:MethodName") // the C library's own name
    private static native String gnu_get_libc_version();

    /** Version of the C library, which decides how libc collations sort, such as {@code 2.36}. */
    public static String version() {
        return gnu_get_libc_version();
    }
}
