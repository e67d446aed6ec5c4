/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the module {@code package} has made. */
final class Built {
    private Built() {}

    static Path debianPackage() throws IOException {
        try (Stream<Path> files = Files.list(module().resolve("target"))) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().matches("drover_.*_all\\.deb"))
                    .toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    static Path dockerfile() {
        return module().resolve("Dockerfile");
    }

    private static Path module() {
        return Path.of(System.getProperty("package.directory"));
    }
}
