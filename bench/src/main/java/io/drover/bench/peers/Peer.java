/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A product that is measured beside Drover.
 *
 * @param name as it writes itself, and as a series is called
 * @param needs what has to be there: files of its Debian packages
 * @param product sets it up
 */
record Peer(String name, List<Path> needs, Function<PeerSite, PeerProduct> product) {
    private static final Path LIBRARIES = Path.of("/usr/lib/postgresql/15/lib");

    /** All of them; a new one is a line here. */
    static final List<Peer> ALL = List.of(
            new Peer(
                    "patroni",
                    List.of(Path.of("/usr/bin/patroni"), Path.of("/usr/bin/patronictl"), Path.of("/usr/bin/etcd")),
                    PatroniProduct::new),
            new Peer(
                    "pg_auto_failover",
                    List.of(Path.of("/usr/bin/pg_autoctl"), LIBRARIES.resolve("pgautofailover.so")),
                    AutoFailoverProduct::new),
            new Peer(
                    "repmgr",
                    List.of(
                            PeerPrograms.POSTGRES.resolve("repmgr"),
                            Path.of("/usr/sbin/sshd"),
                            Path.of("/usr/bin/ssh"),
                            Path.of("/usr/bin/ssh-keygen")),
                    RepmgrProduct::new));

    Peer {
        needs = List.copyOf(needs);
    }

    /** What of its needs is not there, in words; empty when all is. */
    String lacks() {
        return needs.stream()
                .filter(file -> !Files.exists(file))
                .map(Path::toString)
                .collect(Collectors.joining(", "));
    }
}
