/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.fault.FaultPoint.When;
import io.drover.api.fault.FaultPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Keeps the records of the node's instances, one file each. */
final class InstanceStore {
    private static final String SUFFIX = ".json";

    private final StateFiles files;

    InstanceStore(StateFiles files) {
        this.files = files;
    }

    /** Every record; a file that cannot be read stops the agent, because what it forbids is not known. */
    List<InstanceRecord> load() {
        return files.names().stream()
                .filter(name -> name.endsWith(SUFFIX))
                .sorted()
                .map(this::read)
                .toList();
    }

    /** Returns when the record is on disk. */
    void save(InstanceRecord record) {
        String file = record.instance() + SUFFIX;
        try {
            FaultPoints.reach("agent", "record", When.BEFORE);
            files.replace(file, Json.bytes(record));
            FaultPoints.reach("agent", "record", When.AFTER);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.STORAGE_FAILED,
                    "cannot store the record of instance " + record.instance() + " in " + file
                            + " of the state directory: " + e + "; nothing was done",
                    "make room on the disk of the agent's state directory, or mend it",
                    e);
        }
    }

    private InstanceRecord read(String file) {
        try {
            return Json.read(files.read(file), InstanceRecord.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + " of the state directory", e);
        }
    }
}
