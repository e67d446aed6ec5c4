/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Private keys as a text by which each can be told wherever it is shown as PEM. */
final class PrivateKeys {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";

    private PrivateKeys() {}

    /** Those of a directory. The first line of each says what kind of key it is; the second is this key's own. */
    static Map<String, String> in(Path directory) {
        Map<String, String> keys = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".key")).toList()) {
                List<String> lines = Files.readAllLines(file);
                keys.put(
                        "private key " + file.getFileName() + " of " + directory.getFileName(),
                        lines.get(lines.indexOf(BEGIN) + 2));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the keys in " + directory, e);
        }
        return keys;
    }
}
