/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.IncludeFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The include file with what it says, for the databases of one adapter. Thread-safe. */
final class Include {
    private final IncludeFile file;
    private volatile IncludeText text;
    private boolean written;

    private Include(IncludeFile file, IncludeText text, boolean written) {
        this.file = file;
        this.text = text;
        this.written = written;
    }

    /**
     * Reads it.
     *
     * @throws DroverException STATE_CONFLICT when the file is somebody else's; it is left as it is
     */
    static Include open(IncludeFile file, String owner) {
        Optional<IncludeText> text = parse(file.read(), file.path(), owner);
        return new Include(file, text.orElseGet(() -> IncludeText.empty(owner)), text.isPresent());
    }

    /** What a file says; empty when it says nothing. */
    static Optional<IncludeText> parse(Optional<String> content, Path path, String owner) {
        if (content.isEmpty() || content.orElseThrow().isBlank()) {
            return Optional.empty();
        }
        return Optional.of(IncludeText.parse(content.orElseThrow())
                .filter(read -> read.owner().equals(owner))
                .orElseThrow(() -> new DroverException(
                        ErrorCode.STATE_CONFLICT,
                        path + " was not written by the adapter " + owner + "; it is left as it is",
                        "give the adapter a file of its own, or empty this one when nobody needs what it says")));
    }

    IncludeText text() {
        return text;
    }

    /** Writes what comes of the function, unless it says that already. Returns when it is on disk. */
    synchronized void update(UnaryOperator<IncludeText> change) {
        IncludeText next = change.apply(text);
        if (written && next.equals(text)) {
            return;
        }
        FaultPoints.around("pgbouncer", "include", () -> file.replace(next.render()));
        text = next;
        written = true;
    }
}
