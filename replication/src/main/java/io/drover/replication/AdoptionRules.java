/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

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

    boolean allows(Path directory) {
        return roots.isEmpty()
                || roots.stream().anyMatch(root -> !root.equals(directory) && directory.startsWith(root));
    }
}
