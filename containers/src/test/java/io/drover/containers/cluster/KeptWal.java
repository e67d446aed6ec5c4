/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.testing.checker.Evidence;
import io.drover.testing.checker.Evidence.Reign;
import io.drover.testing.checker.WalKeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps the WAL of each server that stops, before its agent does anything with it, from outside of the machines: where the engine has their
 * disks in directories of this machine, and this JVM may read them. Elsewhere nothing is kept, and the checker says so.
 */
final class KeptWal implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Map<String, WalKeeper> keepers = new TreeMap<>();
    private final Path programs = Path.of("/usr/lib/postgresql/" + Settings.postgres() + "/bin");

    /** Begins to watch every node. */
    static KeptWal watch(Scene scene, Path directory) throws IOException {
        KeptWal kept = new KeptWal();
        if (!Files.exists(kept.programs.resolve("pg_waldump"))) {
            return kept;
        }
        for (Host host : scene.installation().hosts(Host.Role.NODE)) {
            String data = Installation.dataDirectory(host.name());
            Optional<Path> disk = disk(host.name(), directory);
            if (disk.isPresent()) {
                Path there = disk.orElseThrow().resolve(data.substring(1));
                kept.keepers.put(
                        "node_" + host.name(),
                        WalKeeper.watch(
                                there,
                                directory.resolve(OldEvidence.WAL + host.name()),
                                // links reach no other mount, and beside what the machine sees nobody looks
                                disk.orElseThrow().resolveSibling("held-" + directory.getFileName()),
                                pid -> notes(there, pid)));
            }
        }
        return kept;
    }

    /** What the machine has written, as the engine keeps it. */
    private static Optional<Path> disk(String host, Path directory) throws IOException {
        Path answer = directory.resolve("disk-of-" + host);
        int status = Programs.status(
                directory,
                LIMIT,
                answer,
                List.of(
                        "docker",
                        "inspect",
                        "--format",
                        "{{.GraphDriver.Data.UpperDir}}",
                        Settings.name() + "-" + host));
        Path disk = Path.of(Files.readString(answer).strip());
        return status == 0 && disk.isAbsolute() && Files.isReadable(disk) ? Optional.of(disk) : Optional.empty();
    }

    /** A server takes its note of itself away when it stops; its number says nothing outside of its machine. */
    private static boolean notes(Path data, long pid) {
        try {
            return Files.readAllLines(data.resolve("postmaster.pid"))
                    .get(0)
                    .strip()
                    .equals(String.valueOf(pid));
        } catch (IOException | IndexOutOfBoundsException e) {
            return false;
        }
    }

    /** Tells what the WALs of the old primaries hold past their forks. */
    void tell(List<Reign> lineage, Evidence.Builder evidence) {
        for (Reign reign : lineage) {
            WalKeeper keeper = keepers.get(reign.node());
            if (reign.end() != null && keeper != null) {
                keeper.commitsPast(programs, reign.node(), reign.timeline(), reign.end())
                        .ifPresent(evidence::oldWal);
            }
        }
        keepers.values().forEach(WalKeeper::keepWhatWasRead);
    }

    /** Deletes what was kept. */
    void discard() {
        keepers.values().forEach(WalKeeper::discard);
    }

    @Override
    public void close() {
        keepers.values().forEach(WalKeeper::close);
    }
}
