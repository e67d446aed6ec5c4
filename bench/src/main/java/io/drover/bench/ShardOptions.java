/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What the commands have in common that do something to a shard under load, again and again. */
public final class ShardOptions {
    /** Two pools of so many sessions are open during a switch, and an instance of Drover takes 100. */
    private static final int MOST_WRITERS = 60;

    @Option(
            names = "--runs",
            paramLabel = "N",
            required = true,
            description = "How often for each series: so many switches, or copies.")
    private int runs;

    @Option(names = "--writers", paramLabel = "N", defaultValue = "8", description = "Writing clients (8).")
    private int writers;

    @Option(names = "--rows", paramLabel = "N", description = "Rows of the shard, 150 bytes each.")
    private @Nullable Long rows;

    /** Refuses what cannot be done. */
    public void check(CommandSpec command) {
        Limits limits = new Limits(command);
        limits.atLeast("--runs", runs, 1);
        limits.between("--writers", writers, 1, MOST_WRITERS);
        if (rows != null) {
            limits.atLeast("--rows", rows, 1);
        }
    }

    /** How often for each series. */
    public int runs() {
        return runs;
    }

    /** Clients that write as fast as they are acknowledged. */
    public int writers() {
        return writers;
    }

    /**
     * Rows of the shard.
     *
     * @param usual as many as there are when nobody says how many
     */
    public long rows(long usual) {
        return rows == null ? usual : rows;
    }
}
