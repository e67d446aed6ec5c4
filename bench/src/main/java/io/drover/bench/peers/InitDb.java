/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/** Makes a data directory as Drover makes those of its shards, for products that leave that to their user. */
final class InitDb {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private InitDb() {}

    /** Makes it, with more lines at the end of its configuration. */
    static void run(PeerPrograms programs, PeerSite site, PeerNode node, String configuration) {
        programs.succeed(
                "initdb-" + node.name(),
                LIMIT,
                List.of(
                        PeerPrograms.postgres("initdb"),
                        "--pgdata=" + node.data(),
                        "--username=" + site.user().name(),
                        "--auth-local=peer",
                        "--auth-host=scram-sha-256",
                        "--data-checksums",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--no-instructions"));
        append(node, configuration);
    }

    /** Adds lines to the configuration, which win over the ones before. */
    static void append(PeerNode node, String configuration) {
        try {
            Files.writeString(node.data().resolve("postgresql.conf"), configuration, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write into " + node.data(), e);
        }
    }

    /** Puts a rule before all others. */
    static void allow(PeerSite site, PeerNode node, String rule) {
        Path file = node.data().resolve("pg_hba.conf");
        try {
            site.user().secretFile(file, rule + "\n" + Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
