/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {
    @TempDir
    private Path directory;

    @Test
    void namesWhatItLacks() throws Exception {
        Path there = Files.createFile(directory.resolve("there"));
        Path away = directory.resolve("away");
        assertThat(new Peer("peer", List.of(there, away), PatroniProduct::new).lacks())
                .isEqualTo(away.toString());
        assertThat(new Peer("peer", List.of(there), PatroniProduct::new).lacks())
                .isEmpty();
    }
}
