/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.replication.PgBouncer.Pools;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which size pools have before a fence, so that few server connections are left for {@code PAUSE} to close: each one that ends is a
 * process of PostgreSQL that ends, and hundreds of them at once leave no processor to anybody else for hundreds of milliseconds (H102).
 * Connections that nobody has used are closed a few at a time, where they are many; a quarter more than are in use stay, and two. Used by one
 * thread.
 */
final class Shedding {
    /** The size that the configuration says. */
    static final int AS_CONFIGURED = 0;

    private static final int SPARE = 2;
    private static final int PART_TO_SPARE = 4;
    private static final int FEWEST_AT_A_TIME = 40;
    private static final int PARTS = 6;
    private static final Pattern SIZES = Pattern.compile("\\b(min_)?pool_size\\s*=\\s*\\S+\\s*");

    private int size = AS_CONFIGURED;
    private int most;
    private boolean inTheWay;

    /** The size at present. */
    int size() {
        return size;
    }

    /** No fence is near any more, or it is there: what comes next begins anew. */
    void end() {
        size = AS_CONFIGURED;
        most = 0;
        inTheWay = false;
    }

    /**
     * What the processes have open now.
     *
     * @return the size from now on
     */
    int saw(Collection<Pools> processes) {
        if (size != AS_CONFIGURED && processes.stream().anyMatch(pools -> pools.waiting() > 0)) {
            // more are wanted than a moment ago: to wait for a place is worse than a longer pause
            inTheWay = true;
        }
        if (inTheWay) {
            size = AS_CONFIGURED;
            return size;
        }
        // a size holds for each pool of the database: by the sum of all users it would be more than is configured
        most = Math.max(most, processes.stream().mapToInt(Pools::busiest).max().orElse(0));
        int open = processes.stream().mapToInt(Pools::largest).max().orElse(0);
        int enough = most + most / PART_TO_SPARE + SPARE;
        // PgBouncer looks at its pools three times in a second: the next ones end when those before them have
        boolean closing = size != AS_CONFIGURED && open > size;
        // in a small pool a client that comes meanwhile would wait for nothing
        boolean worthIt = size != AS_CONFIGURED || open - enough >= FEWEST_AT_A_TIME;
        if (worthIt && open > enough && !closing) {
            size = Math.max(enough, open - Math.max(FEWEST_AT_A_TIME, open / PARTS));
        }
        return size;
    }

    /** The options of a database with a size in them. */
    static String options(String configured, int size) {
        if (size == AS_CONFIGURED) {
            return configured;
        }
        Matcher sizes = SIZES.matcher(configured);
        return (sizes.replaceAll("") + " pool_size=" + size + " min_pool_size=0").strip();
    }
}
