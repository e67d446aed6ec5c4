/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a node allows to be adopted, and how.
 *
 * @param roots below which an adopted data directory has to lie; empty for anywhere
 * @param serviceManagers whether a server that runs under a service manager is started through it from then on; else the agent starts
 *     it itself
 */
public record AdoptionRules(List<Path> roots, boolean serviceManagers) {
    /** Everything the agent's user owns. */
    public static final AdoptionRules ANYWHERE = new AdoptionRules(List.of(), true);

    /** Makes the list unmodifiable. */
    public AdoptionRules {
        roots = roots.stream().map(root -> root.toAbsolutePath().normalize()).toList();
    }

    /** Whether a directory of that true path may be adopted. */
    boolean allows(Path real) {
        return roots.isEmpty() || roots.stream().anyMatch(root -> isBelow(real, root));
    }

    private static boolean isBelow(Path real, Path root) {
        try {
            Path realRoot = root.toRealPath();
            return !real.equals(realRoot) && real.startsWith(realRoot);
        } catch (IOException e) {
            // what is not there holds nothing
            return false;
        }
    }
}
