/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private directory of one cluster under {@code /var/tmp}, with a random name and a file that tells which process owns it,
 * so that a later cluster can remove what a killed one has left.
 */
public final class ClusterDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterDirectory.class);
    private static final Path ROOT = Path.of("/var/tmp");
    private static final String OWNER = "owner";
    /** Drover's daemons, and those that other products start PostgreSQL with. */
    private static final List<String> SUPERVISORS = List.of("java", "patroni", "pg_autoctl");
    // <node>/<shard>/postgresql.log
    private static final int LOG_DEPTH = 3;
    private static final int TRIES = 100;
    // six digits of base 36
    private static final int FIRST_NAME = 60_466_176;
    private static final int NAMES = Integer.MAX_VALUE - FIRST_NAME;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final Path path;

    private ClusterDirectory(Path path) {
        this.path = path;
    }

    /** Makes a directory that this process owns. */
    public static ClusterDirectory create(String prefix, OsUser user) {
        try {
            Path path = createDirectory(prefix);
            long self = ProcessHandle.current().pid();
            Files.writeString(
                    path.resolve(OWNER),
                    self + " " + ProcessTable.startTicks(self).orElseThrow());
            user.own(path, "rwxr-xr-x");
            return new ClusterDirectory(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory under " + ROOT, e);
        }
    }

    private static Path createDirectory(String prefix) throws IOException {
        // short: the path of a Unix socket below it has to fit into 107 bytes
        SecureRandom random = new SecureRandom();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            String name = Integer.toString(FIRST_NAME + random.nextInt(NAMES), Character.MAX_RADIX);
            try {
                return Files.createDirectory(
                        ROOT.resolve(prefix + "." + name),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                LOG.debug("{} is taken", e.getFile());
            }
        }
        throw new IOException("every name that was tried is taken");
    }

    /** Ends the processes and removes the directories of earlier clusters whose owner is dead. */
    public static void removeAbandoned(String prefix) {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(ROOT, prefix + ".*")) {
            for (Path candidate : candidates) {
                if (Files.isDirectory(candidate) && isAbandoned(candidate)) {
                    LOG.info("removing {}, whose owner is dead", candidate);
                    new ClusterDirectory(candidate).remove();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + ROOT, e);
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Ends every process that belongs to the directory, takes its network and its disks away, then deletes it. */
    public void remove() {
        endProcesses();
        ClusterNetwork.removeOf(path);
        Mounts.removeBelow(path);
        try {
            DirectoryTree.delete(path);
        } catch (IOException e) {
            LOG.warn("cannot remove {}", path, e);
        }
    }

    /** Ends every process that belongs to the directory: first the daemons, which would start PostgreSQL again. */
    void endProcesses() {
        List<Long> daemons = ProcessTable.belongingTo(path).stream()
                .filter(pid -> SUPERVISORS.stream().anyMatch(ProcessTable.commandLine(pid)::contains))
                .toList();
        daemons.forEach(pid -> ProcessTable.signal(pid, "KILL"));
        for (long pid : postmasters()) {
            ProcessTable.signal(pid, "QUIT");
            ProcessTable.signal(pid, "CONT");
        }
        Waiting.within(Duration.ofSeconds(5), () -> postmasters().isEmpty());
        // what is left is a tool in the middle of its work, or the child of a postmaster that was killed
        boolean gone = Waiting.within(STOP_LIMIT, () -> {
            List<Long> left = ProcessTable.belongingTo(path);
            left.forEach(pid -> ProcessTable.signal(pid, "KILL"));
            return left.isEmpty();
        });
        if (!gone) {
            LOG.error("processes of {} do not end: {}", path, ProcessTable.belongingTo(path));
        }
    }

    /** Copies the servers' logs of the nodes into another directory, as {@code node_a-postgresql.log}. */
    public void keepLogs(Path target) {
        try (Stream<Path> files = Files.find(
                path,
                LOG_DEPTH,
                (file, attributes) ->
                        attributes.isRegularFile() && file.toString().endsWith(".log"))) {
            for (Path file : files.toList()) {
                String name = path.relativize(file).getName(0) + "-" + file.getFileName();
                Files.copy(file, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("cannot keep the logs of {}", path, e);
        }
    }

    private List<Long> postmasters() {
        List<Long> all = ProcessTable.belongingTo(path);
        return all.stream()
                .filter(pid -> ProcessTable.commandLine(pid).contains("postgres"))
                .filter(pid -> !all.contains(ProcessTable.parent(pid).orElse(0)))
                .toList();
    }

    private static boolean isAbandoned(Path directory) throws IOException {
        Path owner = directory.resolve(OWNER);
        try {
            if (!Files.isRegularFile(owner) || Files.size(owner) == 0) {
                // perhaps it is being made just now
                Instant modified = Files.getLastModifiedTime(directory).toInstant();
                return modified.plus(Duration.ofMinutes(1)).isBefore(Instant.ofEpochMilli(System.currentTimeMillis()));
            }
            String[] parts = Files.readString(owner).strip().split(" ");
            return parts.length != 2
                    || ProcessTable.startTicks(Long.parseLong(parts[0])).orElse(-1) != Long.parseLong(parts[1]);
        } catch (NoSuchFileException e) {
            // its owner, which may be the JVM beside this one, removes it just now
            return false;
        }
    }
}
