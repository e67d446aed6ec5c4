/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.ApplicationName;
import io.drover.api.HostName;
import io.drover.api.Lsn;
import io.drover.api.SlotName;
import io.drover.api.agent.Reports.ArchiveReport;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.api.agent.Reports.TailReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What is done to the files of a server that does not run, and how they come to a node. */
public interface ServerFiles {
    /**
     * What to copy.
     *
     * @param slot physical slot on the source
     * @param maxRateBytes bytes per second at most
     * @param fastCheckpoint whether the source's checkpoint is made at once (H92)
     */
    record CopyOrder(String host, int port, String slot, OptionalLong maxRateBytes, boolean fastCheckpoint) {}

    /**
     * Whom a standby follows.
     *
     * @param applicationName unique among the standbys, since the guard goes by it (H14)
     */
    record Upstream(String host, int port, String applicationName, String slot) {
        /** As a command names it. */
        public static Upstream of(HostName host, int port, ApplicationName applicationName, SlotName slot) {
            return new Upstream(host.value(), port, applicationName.value(), slot.value());
        }
    }

    /** A base backup that runs. */
    interface RunningCopy {
        /** Bytes that have arrived. */
        long bytesOnDisk();

        /**
         * Waits for its end.
         *
         * @param noProgressLimit how long nothing may arrive
         * @throws io.drover.api.DroverException COPY_FAILED
         */
        void await(Duration noProgressLimit);

        /** Ends it; what has arrived stays. */
        void cancel(Duration limit);
    }

    /** What postgresql.auto.conf says, of a server that runs too; absent when it does not name the setting. */
    Optional<String> storedSetting(ManagedSetting setting);

    /** Replaces settings in postgresql.auto.conf; null removes a line. */
    void editSettings(Map<ManagedSetting, @Nullable String> values);

    /** Writes what a copy, a walreceiver and a rewind log in with. */
    void writePasswords();

    /** Begins a base backup into a directory that is absent or empty. */
    RunningCopy startCopy(CopyOrder order, Path staging);

    /** Proves every file of a copy; VERIFICATION_FAILED with what differs. */
    void verifyCopy(Path staging, Duration limit);

    /** Makes a directory, a copy's or the server's own, that of a standby. */
    void prepareStandby(Path directory, Upstream upstream);

    /** The settings that make a running standby follow somebody else. */
    Map<ManagedSetting, String> following(Upstream upstream);

    /** Gives a prepared directory the name of the data directory. */
    void install(Path staging);

    /** Writes the settings that belong to this node and not to the instance. */
    void writeNodeSettings();

    /** Takes back what {@link PostgresSession#createSlot} has put into the data directory. */
    void forgetCarried();

    /** The records at or past a position. */
    TailReport tail(int timeline, Lsn position, Duration limit);

    /** Runs the code of {@link #tail} beside a running server, so that the pause finds it loaded. */
    void rehearseTail();

    /** What lies at or past the fork, and whose it is. */
    AuditReport audit(int timeline, Lsn fork, Duration limit);

    /** Archives every segment of the timeline up to the fork, with the instance's own command. */
    ArchiveReport archive(int timeline, Lsn fork, Duration limitPerFile);

    /**
     * Rewinds an old primary that has WAL past the fork, and makes it a standby.
     *
     * @param rewinding the data directory's name meanwhile, which nothing starts
     */
    void rewind(Path rewinding, Upstream upstream, Lsn fork, Duration limit);

    /** Makes an old primary that has no WAL past the fork a standby. */
    void attach(Upstream upstream);

    /** Removes what a stopped server had made of its WAL ahead of the fork and never written. */
    void removeAhead(Lsn fork);
}
