/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.drover.api.NodePath;
import io.drover.daemon.audit.AuditLog;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Clock;

/** The section {@code audit} of the controller's configuration: where every request that changes something is recorded. */
public final class AuditFactory {
    @NotNull
    private NodePath file = new NodePath("/var/log/drover/audit.log");

    /** File of JSON lines, which is only appended to. Default {@code /var/log/drover/audit.log}. */
    @JsonProperty
    public Path getFile() {
        return file.path();
    }

    /** Opens it. */
    public AuditLog open(String controller) {
        return AuditLog.in(file.path(), controller, Clock.systemUTC());
    }
}
