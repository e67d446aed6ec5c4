/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Files that hold a secret: what others than their owner may read is none any more. */
public final class PrivateFile {
    private static final Set<PosixFilePermission> FOR_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private PrivateFile() {}

    /**
     * Refuses a file that others may read or write.
     *
     * @throws IllegalArgumentException with what to do
     * @throws IOException when it is not there, or cannot be asked
     */
    public static void require(Path file) throws IOException {
        Set<PosixFilePermission> granted = EnumSet.noneOf(PosixFilePermission.class);
        granted.addAll(Files.getPosixFilePermissions(file));
        granted.retainAll(FOR_OTHERS);
        if (!granted.isEmpty()) {
            throw new IllegalArgumentException(
                    file + " holds a secret and can be read or written by others than its owner: chmod 0600 " + file);
        }
    }
}
