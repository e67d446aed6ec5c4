/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTemplatesTest {
    @TempDir
    private Path directory;

    @Test
    void putsTheValuesIn() throws IOException {
        Files.writeString(directory.resolve("file"), "port = ${port} # $ is kept\n");
        assertThat(new PeerTemplates(directory).fill("file", Map.of("port", 5432)))
                .isEqualTo("port = 5432 # $ is kept\n");
    }

    @Test
    void refusesAFileThatNamesAnUnknownValue() throws IOException {
        Files.writeString(directory.resolve("file"), "port = ${prot}\n");
        PeerTemplates templates = new PeerTemplates(directory);
        assertThatThrownBy(() -> templates.fill("file", Map.of("port", 5432)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prot");
    }

    @Test
    void patronisRuleOnItsTimesIsKept() throws IOException {
        String file = Files.readString(Path.of("peers/patroni/patroni.yml"));
        assertThat(seconds(file, "loop_wait") + 2 * seconds(file, "retry_timeout"))
                .isLessThanOrEqualTo(seconds(file, "ttl"));
    }

    private static int seconds(String file, String name) {
        Matcher found =
                Pattern.compile("^ +" + name + ": (\\d+)$", Pattern.MULTILINE).matcher(file);
        assertThat(found.find()).as(name).isTrue();
        return Integer.parseInt(found.group(1));
    }
}
