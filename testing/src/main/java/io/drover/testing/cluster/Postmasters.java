/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the postmaster of a data directory. */
public final class Postmasters {
    private Postmasters() {}

    /** The pid of the postmaster that runs in the directory; empty when none does. */
    public static Optional<Long> of(Path dataDirectory) {
        try {
            String first =
                    Files.readAllLines(dataDirectory.resolve("postmaster.pid")).get(0);
            long pid = Long.parseLong(first.strip());
            // the file outlives a killed postmaster, and the pid may be another process's by now
            return ProcessTable.belongingTo(dataDirectory).contains(pid) ? Optional.of(pid) : Optional.empty();
        } catch (IOException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
