/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.MoveId;
import java.nio.file.Path;

/**
 * Where the parts of an instance lie on its node. Node-local settings lie beside the data directory, since a copy or a rewind
 * replaces everything in it (hazards H64, H91). A directory that must not be started has another name than {@code data} (H57).
 *
 * @param instanceDir {@code <dataRoot>/<shard>}
 */
public record InstanceLayout(Path instanceDir) {
    /** The data directory. */
    public Path data() {
        return instanceDir.resolve("data");
    }

    /** Node-local settings. */
    public Path conf() {
        return instanceDir.resolve("conf");
    }

    /** The settings file that the server is started with. */
    public Path configFile() {
        return conf().resolve("postgresql.conf");
    }

    /** Who may log in. */
    public Path hbaFile() {
        return conf().resolve("pg_hba.conf");
    }

    /** Which system users are which roles, when that came from a source. */
    public Path identFile() {
        return conf().resolve("pg_ident.conf");
    }

    /** Password file of the walreceiver, of pg_basebackup and of pg_rewind. */
    public Path passFile() {
        return conf().resolve("passfile");
    }

    /** What the server prints. */
    public Path logFile() {
        return instanceDir.resolve("postgresql.log");
    }

    /** What pg_basebackup and pg_rewind print. */
    public Path jobLog() {
        return instanceDir.resolve("job.log");
    }

    /** A copy that is not complete or not verified. */
    public Path staging(MoveId move) {
        return instanceDir.resolve("data.staging-" + move.shortId());
    }

    /** A data directory while it is rewound. */
    public Path rewinding(MoveId move) {
        return instanceDir.resolve("data.rewinding-" + move.shortId());
    }

    /** A copy that is no longer needed. */
    public Path setAside(MoveId move) {
        return instanceDir.resolve("data.set-aside-" + move.shortId());
    }
}
