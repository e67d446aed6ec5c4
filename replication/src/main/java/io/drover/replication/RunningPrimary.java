/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Tells a primary from a standby by its processes. A postmaster keeps a walwriter while the server is a primary in operation and none
 * before: not on a standby, and not while it recovers from a crash. It starts one as soon as a promotion has ended recovery.
 */
final class RunningPrimary {
    /** With cluster_name before it where that is set. A session's title goes on behind its user and its database. */
    private static final Pattern WAL_WRITER = Pattern.compile("postgres: (?:.+: )?walwriter");

    private RunningPrimary() {}

    /** Whether the server of this postmaster is one. */
    static boolean is(int postmasterPid) {
        return Arrays.stream(ProcessTable.children(postmasterPid))
                .mapToObj(ProcessTable::title)
                .anyMatch(RunningPrimary::isWalWriter);
    }

    static boolean isWalWriter(String title) {
        return WAL_WRITER.matcher(title.strip()).matches();
    }
}
