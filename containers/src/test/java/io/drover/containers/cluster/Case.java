/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.MoveId;
import java.time.Duration;
import java.util.Set;

/**
 * A row of the table of cases.
 *
 * @param name one word for the options, the report and the directory of its evidence
 * @param inCi which runs of CI have time for it
 * @param longestPause the longest time for which one writer may be without an acknowledged write
 * @param errors SQLSTATEs that writers may see; a class of two characters stands for all of its states
 * @param act what is done while clients write; the move that it returns is then in BAKING or at its end
 */
record Case(String name, InCi inCi, Duration longestPause, Set<String> errors, Act act) {
    /** Connection, shutdown, resources, read-only: what clients are told to expect of a server that dies. */
    static final Set<String> OF_A_DEAD_SERVER = Set.of("08", "57", "53", "25006");

    Case {
        errors = Set.copyOf(errors);
    }

    /** What is done. */
    interface Act {
        /** Does it. */
        MoveId on(Scene scene) throws Exception;
    }

    /** Clients that take part notice nothing but a pause. */
    static Case quiet(String name, InCi inCi, Act act) {
        return new Case(name, inCi, Duration.ofSeconds(5), Set.of(), act);
    }

    /** A host fails: clients wait, and may see that a server has died. */
    static Case harsh(String name, InCi inCi, Act act) {
        return new Case(name, inCi, Duration.ofSeconds(100), OF_A_DEAD_SERVER, act);
    }

    @Override
    public String toString() {
        return name;
    }
}
