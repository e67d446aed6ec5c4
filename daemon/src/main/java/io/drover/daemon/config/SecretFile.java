/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import io.drover.api.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads secrets, which stand in files of their own so that no configuration, log or process list shows them. */
public final class SecretFile {
    private SecretFile() {}

    /**
     * The first line of a file.
     *
     * @throws UncheckedIOException when the file cannot be read
     * @throws IllegalArgumentException when its first line is empty, or others may read it
     */
    public static String read(Path file) {
        List<String> lines;
        try {
            PrivateFile.require(file);
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the secret in " + file, e);
        }
        if (lines.isEmpty() || lines.get(0).isBlank()) {
            throw new IllegalArgumentException("the first line of " + file + " is empty; a secret is expected there");
        }
        return lines.get(0).strip();
    }
}
