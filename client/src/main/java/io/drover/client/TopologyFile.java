/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last topology that ZooKeeper has confirmed, on this client's disk, for a start while ZooKeeper is away (rule R8). A hint of where
 * to knock, never a permission: each session to the server that it names has to prove that it is the shard's instance and out of
 * recovery, and a primary that was moved away from is stopped or a standby by then.
 */
final class TopologyFile {
    private static final int VERSION = 1;
    /** Clocks of the machines that share a file differ by less. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final int MOST_BYTES = 1 << 20;

    private final Path path;
    private final String zookeeper;
    private final ShardId shard;
    private final Duration maxAge;
    private final Clock clock;

    TopologyFile(Path path, String zookeeper, ShardId shard, Duration maxAge, Clock clock) {
        this.path = path.toAbsolutePath();
        this.zookeeper = zookeeper;
        this.shard = shard;
        this.maxAge = maxAge;
        this.clock = clock;
    }

    /**
     * What is in the file.
     *
     * @param v version of the form
     * @param zookeeper connect string of the installation
     * @param confirmed when ZooKeeper last said so
     * @param topology what it said; always SERVING
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Content(
            int v,
            @Nullable String zookeeper,
            @Nullable Instant confirmed,
            @Nullable ShardTopology topology) {}

    /** The file is not to be used; the message says which one and why. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    Path path() {
        return path;
    }

    /** Replaces the file: whoever reads it, also after a crash, finds the old or the new one, whole. */
    void write(ShardTopology topology) throws IOException {
        Path directory = path.getParent();
        Path temporary = Files.createTempFile(directory, path.getFileName() + ".", ".tmp");
        try {
            try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes =
                        ByteBuffer.wrap(Json.bytes(new Content(VERSION, zookeeper, clock.instant(), topology)));
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
            entry.force(true);
        }
    }

    /**
     * Reads the file.
     *
     * @throws Refused when there is none, or it is broken, old, of another shard or installation, or could be anybody's
     */
    ShardTopology read() throws Refused {
        Content content = parse();
        if (content.v != VERSION
                || content.zookeeper == null
                || content.confirmed == null
                || content.topology == null) {
            throw refused("its form is not version " + VERSION, null);
        }
        ShardTopology topology = content.topology;
        if (!shard.equals(topology.shard())) {
            throw refused("it is of shard " + topology.shard(), null);
        }
        if (!content.zookeeper.equals(zookeeper)) {
            throw refused("it is of the installation at " + content.zookeeper + ", not " + zookeeper, null);
        }
        if (topology.state() != TopologyState.SERVING
                || topology.primary() == null
                || topology.instance() == null
                || topology.epoch() == null
                || topology.database() == null) {
            throw refused("it names no primary that serves", null);
        }
        Duration age = Duration.between(content.confirmed, clock.instant());
        if (age.compareTo(maxAge) > 0) {
            throw refused(
                    "it was confirmed at " + content.confirmed + ", longer ago than " + maxAge.toSeconds() + " s",
                    null);
        }
        if (age.plus(SKEW).isNegative()) {
            throw refused("it says that it was confirmed at " + content.confirmed + ", which is yet to come", null);
        }
        return topology;
    }

    private Content parse() throws Refused {
        try {
            requireOwn();
            if (Files.size(path) > MOST_BYTES) {
                throw refused("it is larger than any topology", null);
            }
            return Json.read(Files.readAllBytes(path), Content.class);
        } catch (IOException e) {
            throw refused("it cannot be read (" + e + ")", e);
        } catch (UncheckedIOException e) {
            throw refused("it is not whole, or no JSON", e);
        }
    }

    /** Who may write it may send the application, and its password, wherever he likes. */
    private void requireOwn() throws IOException, Refused {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Set<PosixFilePermission> granted = Files.getPosixFilePermissions(path);
            if (granted.contains(PosixFilePermission.OTHERS_WRITE)
                    || granted.contains(PosixFilePermission.GROUP_WRITE)) {
                throw refused("others may write it (" + PosixFilePermissions.toString(granted) + ")", null);
            }
        }
    }

    private Refused refused(String why, @Nullable Throwable cause) {
        return new Refused("topology file " + path + " is not used: " + why, cause);
    }
}
