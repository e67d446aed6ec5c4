/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.text.StringSubstitutor;

/** The configuration files of the peers, as they lie in {@code bench/peers}. */
final class PeerTemplates {
    private final Path directory;

    PeerTemplates(Path directory) {
        this.directory = directory;
    }

    /**
     * A file with its values.
     *
     * @throws IllegalArgumentException when it names a value that is not given
     */
    String fill(String file, Map<String, ?> values) {
        try {
            return new StringSubstitutor(values)
                    .setEnableUndefinedVariableException(true)
                    .replace(Files.readString(directory.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory.resolve(file), e);
        }
    }
}
