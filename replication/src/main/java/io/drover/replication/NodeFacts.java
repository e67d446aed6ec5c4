/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.util.List;

/**
 * A machine with PostgreSQL's programs.
 *
 * @param icuVersion version of the ICU library that the programs load; empty when they load none
 * @param serverVersion such as 150018
 * @param diskFree free bytes of the file system for data directories
 * @param foreignManagers programs found running that start, stop or promote PostgreSQL by themselves (H20)
 */
public record NodeFacts(
        String architecture,
        String libcVersion,
        String icuVersion,
        int serverVersion,
        long diskFree,
        long diskTotal,
        List<String> foreignManagers) {
    /** Makes the list unmodifiable. */
    public NodeFacts {
        foreignManagers = List.copyOf(foreignManagers);
    }
}
