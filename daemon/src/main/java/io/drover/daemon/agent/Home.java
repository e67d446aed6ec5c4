/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.replication.ServiceName;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where an instance lay that somebody else made, when it was adopted on this node, and how it is run there. A copy that comes to this
 * node later lies there again: with the node's own configuration, under the same service manager.
 *
 * @param port the one in its configuration
 * @param startArguments how its postmaster is started, program name first
 * @param service who starts it; null when the agent does
 * @param startMode how far it was started at boot before Drover took that over; null when nothing did
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Home(
        Path dataDir,
        Path socketDir,
        int port,
        List<String> startArguments,
        @Nullable ServiceName service,
        @Nullable String startMode) {
    private static final String CONFIG_FILE = "config_file=";

    Home {
        startArguments = List.copyOf(startArguments);
    }

    /** Where its configuration lies, when that is not its data directory. */
    Optional<Path> configuration() {
        return startArguments.stream()
                .filter(argument -> argument.startsWith(CONFIG_FILE))
                .map(argument ->
                        Path.of(argument.substring(CONFIG_FILE.length())).getParent())
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** What an earlier adoption has found is what stood there before Drover. */
    Home asBefore(@Nullable Home earlier) {
        return earlier == null || !earlier.dataDir.equals(dataDir) || earlier.startMode == null
                ? this
                : new Home(dataDir, socketDir, port, startArguments, service, earlier.startMode);
    }

    /** The same when its start at boot is not Drover's any more. */
    Home startedByItsOwner() {
        return new Home(dataDir, socketDir, port, startArguments, service, null);
    }
}
