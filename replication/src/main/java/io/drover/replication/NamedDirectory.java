/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A data directory that a caller has named. The agent can do to its files whatever PostgreSQL's user can, so it does not take the
 * caller's word for what they are: the name leads through no link, which somebody could turn elsewhere later, to a place where data may
 * lie, and what is there is a data directory of this user.
 */
final class NamedDirectory {
    private static final String OWNER = "unix:uid";

    private NamedDirectory() {}

    /**
     * The directory's path, which is its true one.
     *
     * @param rules where it may lie
     * @throws DroverException INVALID_VALUE when it is not what it should be
     */
    static Path checked(NodePath named, AdoptionRules rules) {
        Path path = named.path();
        try {
            Path real = path.toRealPath();
            if (!real.equals(path)) {
                throw refused(path, "its name leads through a symbolic link to " + real, "name " + real);
            }
            if (!rules.allows(real)) {
                throw refused(
                        path,
                        "it does not lie below " + rules.roots() + ", where this agent adopts",
                        "add its parent to adoptRoots in the agent's configuration, when it is PostgreSQL's");
            }
            if (!Files.isRegularFile(path.resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS)) {
                throw refused(path, "it holds no PG_VERSION", "name the directory as the node sees it");
            }
            if (!owner(path).equals(owner(Path.of("/proc/self")))) {
                throw refused(
                        path,
                        "it belongs to another user than the agent's",
                        "run the agent as the owner of the data directories");
            }
            requireCopyable(real);
            return real;
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    path + " is no data directory that this agent can read: " + e.getMessage(),
                    "name the directory as the node sees it; the agent runs as its owner",
                    e);
        }
    }

    private static Object owner(Path path) throws IOException {
        return Files.getAttribute(path, OWNER);
    }

    /** Found on mount points: a base backup ends at what it cannot read (PostgreSQL documentation, Use of Secondary File Systems). */
    private static void requireCopyable(Path path) throws IOException {
        List<Path> unreadable;
        try (Stream<Path> entries = Files.list(path)) {
            unreadable =
                    entries.filter(entry -> !Files.isReadable(entry)).sorted().toList();
        }
        if (!unreadable.isEmpty()) {
            throw refused(
                    path,
                    "PostgreSQL's user cannot read " + unreadable + ", so that no copy of it could be made",
                    "remove what is not PostgreSQL's, such as lost+found of a mount point (rmdir)");
        }
    }

    private static DroverException refused(Path path, String why, String hint) {
        return new DroverException(
                ErrorCode.INVALID_VALUE,
                path + " is not taken for a data directory: " + why + "; nothing was done",
                hint);
    }
}
