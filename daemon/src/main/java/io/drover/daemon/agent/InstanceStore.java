/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.fault.FaultPoint.When;
import io.drover.api.fault.FaultPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Keeps the records of the node's instances, one file each, written so that a power loss leaves the old one or the new one. */
final class InstanceStore {
    private static final String SUFFIX = ".json";

    private final Path directory;

    InstanceStore(Path directory) {
        this.directory = directory;
    }

    /** Every record; a file that cannot be read stops the agent, because what it forbids is not known. */
    List<InstanceRecord> load() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .map(InstanceStore::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the state directory " + directory, e);
        }
    }

    /** Returns when the record is on disk. */
    void save(InstanceRecord record) {
        Path file = directory.resolve(record.instance() + SUFFIX);
        try {
            FaultPoints.reach("agent", "record", When.BEFORE);
            DurableFile.replace(file, Json.bytes(record));
            FaultPoints.reach("agent", "record", When.AFTER);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.INTERNAL,
                    "cannot store the record of instance " + record.instance() + " in " + file + ": " + e
                            + "; nothing was done",
                    "look at the disk of the agent's state directory",
                    e);
        }
    }

    private static InstanceRecord read(Path file) {
        try {
            return Json.read(Files.readAllBytes(file), InstanceRecord.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
