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
import java.util.stream.Collectors;

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
     * @param roots below one of them it has to lie; none for anywhere
     * @throws DroverException INVALID_VALUE when it is not what it should be
     */
    static Path checked(NodePath named, List<Path> roots) {
        Path path = named.path();
        try {
            Path real = path.toRealPath();
            if (!real.equals(path)) {
                throw refused(path, "its name leads through a symbolic link to " + real, "name " + real);
            }
            if (!roots.isEmpty() && roots.stream().noneMatch(root -> isBelow(real, root))) {
                throw refused(
                        path,
                        "it lies below none of this agent's dataRoots: "
                                + roots.stream().map(Path::toString).collect(Collectors.joining(", ")),
                        "move the instance below one of them, or add its directory to dataRoots in the agent's file");
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

    private static boolean isBelow(Path real, Path root) {
        try {
            return real.startsWith(root.toRealPath());
        } catch (IOException e) {
            // what is not there holds nothing
            return false;
        }
    }

    private static DroverException refused(Path path, String why, String hint) {
        return new DroverException(
                ErrorCode.INVALID_VALUE,
                path + " is not taken for a data directory: " + why + "; nothing was done",
                hint);
    }
}
