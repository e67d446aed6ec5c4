/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static io.drover.daemon.preflight.PreflightCheck.block;
import static io.drover.daemon.preflight.PreflightCheck.blockUnlessWaived;
import static io.drover.daemon.preflight.PreflightCheck.inform;
import static io.drover.daemon.preflight.PreflightCheck.warn;

import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Receiver;
import io.drover.api.agent.Facts.Slot;
import io.drover.api.agent.Reports.NodeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** P25 to P30: there is room for the copy and for WAL, and the standby is close behind. */
final class StorageChecks {
    static final List<PreflightCheck> TABLE = List.of(
            block(
                    "P25",
                    When.BEFORE_COPY,
                    "every tablespace has its directory on the target",
                    StorageChecks::tablespaces),
            block(
                    "P26",
                    When.BEFORE_COPY,
                    "the target has 1.2 times the space of the data",
                    StorageChecks::roomForData),
            blockUnlessWaived(
                    "P26-reserve", When.ALWAYS, "20 % of the target's disk stay free", StorageChecks::reserve),
            warn("P26-source", When.ALWAYS, "the source has room for WAL that is kept", StorageChecks::roomForWal),
            block("P27", When.WITH_STANDBY, "the move's slot still holds its WAL", StorageChecks::slotHolds),
            warn("P27-others", When.ALWAYS, "no other slot holds WAL back", StorageChecks::otherSlots),
            warn("P27-limit", When.BEFORE_COPY, "slots may hold as much WAL as a copy needs", StorageChecks::slotLimit),
            block("P28", When.WITH_STANDBY, "the target is close behind the source", StorageChecks::lag),
            warn(
                    "P28-time",
                    When.WITH_STANDBY,
                    "the target is behind for less than half of the pause",
                    StorageChecks::lagTime),
            block("P29", When.ALWAYS, "nothing delays or ends replay on the target", StorageChecks::replayFree),
            inform("P30", When.ALWAYS, "the target does not look into an archive", StorageChecks::noFetch),
            warn("P30-end", When.ALWAYS, "nothing runs at the end of recovery", StorageChecks::noEndCommand));

    /** More than this would have to be sent and replayed while clients wait. */
    static final long MOST_LAG_BYTES = 64L * 1024 * 1024;

    private static final double DATA_FACTOR = 1.2;
    private static final double RESERVE = 0.20;
    private static final double SOURCE_RESERVE = 0.10;
    private static final double GIB = 1024.0 * 1024 * 1024;
    private static final Set<String> HOLDING = Set.of("reserved", "extended");
    private static final List<String> RECOVERY_TARGETS = List.of(
            "recovery_target",
            "recovery_target_lsn",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_xid");

    private StorageChecks() {}

    private static Optional<Finding> tablespaces(PreflightFacts facts) {
        List<String> missing = facts.targetNode().missingDirectories();
        return Finding.when(
                !missing.isEmpty(),
                "tablespace directories " + missing + " do not exist or are not empty on " + facts.to(),
                "make them on " + facts.to() + ", empty and owned by PostgreSQL's user, or drop the tablespaces");
    }

    private static Optional<Finding> roomForData(PreflightFacts facts) {
        NodeReport node = facts.targetNode().node();
        double needed = facts.source().dataBytes() * DATA_FACTOR;
        return Finding.when(
                node.diskFree() < needed,
                facts.to() + " has " + gib(node.diskFree()) + " free under " + node.dataRoot() + "; the data takes "
                        + gib(facts.source().dataBytes()) + " and the copy needs " + gib(needed),
                "free space on " + facts.to() + ", or choose another target");
    }

    private static Optional<Finding> reserve(PreflightFacts facts) {
        NodeReport node = facts.targetNode().node();
        long after = node.diskFree()
                - (facts.target().isPresent() ? 0 : facts.source().dataBytes());
        return Finding.when(
                after < node.diskTotal() * RESERVE,
                facts.to() + " would have " + gib(after) + " of " + gib(node.diskTotal())
                        + " free with the copy, less than 20 %",
                "free space on " + facts.to() + ", or waive when the shard does not grow");
    }

    private static Optional<Finding> roomForWal(PreflightFacts facts) {
        InstanceFacts source = facts.source();
        return Finding.when(
                source.diskFree() < source.diskTotal() * SOURCE_RESERVE,
                facts.from() + " has " + gib(source.diskFree()) + " of " + gib(source.diskTotal())
                        + " free; its slot keeps all WAL until the target has it",
                "watch the disk of " + facts.from() + " during the copy, and abort the move when it fills up");
    }

    private static String gib(double bytes) {
        return Math.round(bytes / GIB * 10) / 10.0 + " GiB";
    }

    private static Optional<Finding> slotHolds(PreflightFacts facts) {
        String name = facts.names().slot();
        Optional<Slot> slot = facts.source().slots().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst();
        String status = slot.map(Slot::walStatus).orElse("missing");
        return Finding.when(
                !HOLDING.contains(status),
                "the slot " + name + " on " + facts.from() + " is " + status
                        + ": WAL that the target needs may be gone",
                "abort the move, raise max_slot_wal_keep_size, and start again");
    }

    private static Optional<Finding> otherSlots(PreflightFacts facts) {
        List<String> bad = facts.source().slots().stream()
                .filter(slot -> !facts.isOurs(slot.name()))
                .filter(slot -> !slot.active() || !HOLDING.contains(String.valueOf(slot.walStatus())))
                .map(slot -> slot.name() + (slot.active() ? " (" : " (inactive, ") + slot.walStatus() + ")")
                .toList();
        return Finding.when(
                !bad.isEmpty(),
                "slots on " + facts.from() + " that nobody reads or that have lost WAL: " + bad,
                "drop those that are not needed (pg_drop_replication_slot); slots do not move with the shard");
    }

    private static Optional<Finding> slotLimit(PreflightFacts facts) {
        Optional<String> limit =
                Settings.find(facts.source(), "max_slot_wal_keep_size").filter(value -> !value.equals("-1"));
        return Finding.when(
                limit.isPresent(),
                "max_slot_wal_keep_size is " + limit.orElse("")
                        + " MB: a copy during which more WAL is written has to start again",
                "raise it when the copy takes long, as far as the disk of " + facts.from() + " allows");
    }

    private static Optional<Finding> lag(PreflightFacts facts) {
        if (facts.lagBytes().isEmpty()) {
            throw new IllegalStateException("the lag could not be read");
        }
        long bytes = facts.lagBytes().orElseThrow();
        return Finding.when(
                bytes > MOST_LAG_BYTES,
                "the target is " + bytes + " bytes behind; a cutover starts at no more than " + MOST_LAG_BYTES,
                "wait until it has caught up; when it does not, see what keeps replay busy on " + facts.to());
    }

    /** An idle source's last transaction may be hours old: no bytes behind is no lag (H99). */
    private static Optional<Finding> lagTime(PreflightFacts facts) {
        long millis = facts.lagBytes().orElse(0) == 0 ? 0 : facts.lagMillis().orElse(0);
        long mostMillis = facts.request().maxWritePause().toMillis() / 2;
        return Finding.when(
                millis > mostMillis,
                "the target is " + millis + " ms behind, more than half of the pause that is allowed",
                "allow a longer maxWritePause; over it the move would abort by itself");
    }

    private static Optional<Finding> replayFree(PreflightFacts facts) {
        // the copy takes over the source's settings, so before there is a standby the source answers for it
        InstanceFacts judged = facts.target().orElse(facts.source());
        List<String> wrong = new ArrayList<>();
        if (Settings.number(judged, "recovery_min_apply_delay") != 0) {
            wrong.add("recovery_min_apply_delay is " + Settings.text(judged, "recovery_min_apply_delay") + " ms");
        }
        for (String name : RECOVERY_TARGETS) {
            if (!Settings.isEmpty(judged, name)) {
                wrong.add(name + " is set");
            }
        }
        if (!Settings.text(judged, "recovery_target_timeline").equals("latest")) {
            wrong.add("recovery_target_timeline is not 'latest'");
        }
        Receiver receiver = judged.receiver();
        if (receiver != null && receiver.replayPaused()) {
            wrong.add("replay is paused");
        }
        return Finding.when(
                !wrong.isEmpty(),
                "the target would not follow: " + wrong,
                "reset these settings; resume a paused replay with pg_wal_replay_resume()");
    }

    private static Optional<Finding> noFetch(PreflightFacts facts) {
        InstanceFacts judged = facts.target().orElse(facts.source());
        return Finding.when(
                !Settings.isEmpty(judged, "restore_command"),
                "restore_command is set; a promotion asks it for files that do not exist, which can take seconds",
                "nothing: Drover empties it on the target for the cutover");
    }

    private static Optional<Finding> noEndCommand(PreflightFacts facts) {
        InstanceFacts judged = facts.target().orElse(facts.source());
        String command = Settings.text(judged, "recovery_end_command");
        return Finding.when(
                !command.isBlank(),
                "recovery_end_command is '" + command + "': Drover empties it for the cutover, so it does not run",
                "run by hand what it does, when that is needed after a planned move");
    }
}
