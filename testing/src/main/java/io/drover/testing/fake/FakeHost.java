/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A machine: its disk, and the servers that run on it. */
final class FakeHost {
    final String name;
    final Map<Path, FakeDirectory> directories = new TreeMap<>();
    final Map<Integer, FakeServer> servers = new TreeMap<>();
    boolean diskFull;

    FakeHost(String name) {
        this.name = name;
    }

    Optional<FakeServer> serverIn(FakeDirectory directory) {
        return servers.values().stream()
                .filter(server -> server.data == directory && !server.dead)
                .findFirst();
    }

    Optional<FakeServer> serverIn(Path dataDir) {
        return Optional.ofNullable(directories.get(dataDir)).flatMap(this::serverIn);
    }
}
