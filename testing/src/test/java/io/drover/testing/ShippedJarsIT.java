/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What sabotages daemons, and all else that only tests need, is in nothing that is shipped. */
class ShippedJarsIT {
    private static final List<String> FORBIDDEN = List.of("io/drover/testing/", "net/bytebuddy/");

    @Test
    void noJarOfADaemonOrOfTheClientHoldsAnythingOfTests() throws IOException {
        List<Path> jars = Stream.concat(
                        jars(Path.of("..", "daemon", "target", "dist", "lib")), jars(Path.of("..", "client", "target")))
                .toList();

        assertThat(jars)
                .anySatisfy(jar -> assertThat(jar.getFileName().toString()).startsWith("drover-daemon"));
        assertThat(jars)
                .anySatisfy(jar -> assertThat(jar.getFileName().toString()).startsWith("drover-client"));
        assertThat(jars)
                .allSatisfy(jar -> assertThat(forbidden(jar)).as("%s", jar).isEmpty());
    }

    /** The check would see it where it is. */
    @Test
    void theJarOfTheTestsHoldsIt() throws IOException {
        assertThat(jars(Path.of("target")))
                .anySatisfy(jar -> assertThat(forbidden(jar)).isNotEmpty());
    }

    private static Stream<Path> jars(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList().stream();
        }
    }

    private static List<String> forbidden(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> FORBIDDEN.stream().anyMatch(name::contains))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        }
    }
}
