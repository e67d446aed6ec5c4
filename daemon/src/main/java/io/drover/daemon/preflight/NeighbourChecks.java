/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static io.drover.daemon.preflight.PreflightCheck.block;
import static io.drover.daemon.preflight.PreflightCheck.blockUnlessWaived;
import static io.drover.daemon.preflight.PreflightCheck.inform;
import static io.drover.daemon.preflight.PreflightCheck.warn;

import io.drover.api.NodeId;
import io.drover.api.agent.Facts.Archiver;
import io.drover.api.agent.Facts.TargetFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** P32 to P58: sessions, workers, logins, other standbys, archiving, data, poolers, and the place on the target. */
final class NeighbourChecks {
    static final List<PreflightCheck> TABLE = List.of(
            warn("P32", When.ALWAYS, "no transaction is open for long", NeighbourChecks::longTransactions),
            block(
                    "P34",
                    When.ALWAYS,
                    "no unknown background worker runs, or the mode shuts the source down in order",
                    CutoverMode::unknownWorkers),
            block(
                    "P38",
                    When.BEFORE_COPY,
                    "drover_repl can log in to the source from the target",
                    NeighbourChecks::replication),
            block(
                    "P38-back",
                    When.WITH_STANDBY,
                    "drover_repl can log in to the target from the source",
                    NeighbourChecks::wayBack),
            inform("P38-tls", When.ALWAYS, "the source speaks TLS", NeighbourChecks::encrypted),
            blockUnlessWaived(
                    "P38-rewind", When.ALWAYS, "drover_rewind can rewind", facts -> role(facts, "drover_rewind")),
            block("P39", When.ALWAYS, "drover can read what it has to watch", facts -> role(facts, "drover")),
            blockUnlessWaived(
                    "P39-rights",
                    When.ALWAYS,
                    "Drover's roles may do nothing beyond their part",
                    NeighbourChecks::rightsBeyond),
            block(
                    "P40",
                    When.ALWAYS,
                    "commits wait for nobody, or for standbys that come along",
                    CompanionChecks::synchronousAfterwards),
            blockUnlessWaived(
                    "P40-count",
                    When.ALWAYS,
                    "commits wait for one standby at most, whose part the target takes for the cutover",
                    CompanionChecks::oneCopyMeanwhile),
            block("P41", When.ALWAYS, "no standby streams that Drover does not know", CompanionChecks::noStranger),
            blockUnlessWaived(
                    "P41-standbys",
                    When.ALWAYS,
                    "every other standby streams and can be led to the target",
                    CompanionChecks::standbysFollow),
            block(
                    "P41-places",
                    When.BEFORE_COPY,
                    "each further standby's node can take a copy",
                    CompanionChecks::placesForCopies),
            block("P42", When.ALWAYS, "archiving keeps up", NeighbourChecks::archiving),
            block(
                    "P42-library",
                    When.ALWAYS,
                    "no archive_library is used, or the mode shuts the source down in order",
                    CutoverMode::archiveLibrary),
            block("P43", When.ALWAYS, "no base backup runs", NeighbourChecks::noBaseBackup),
            warn("P44", When.ALWAYS, "dead connections are noticed", NeighbourChecks::timeouts),
            inform("P45", When.ALWAYS, "the last checkpoint is recent", NeighbourChecks::recentCheckpoint),
            inform("P46", When.BEFORE_COPY, "WAL segments are small", NeighbourChecks::smallSegments),
            blockUnlessWaived(
                    "P47", When.ALWAYS, "there is no unlogged table or sequence", NeighbourChecks::noUnlogged),
            block("P50", When.ALWAYS, "no checksum has failed", NeighbourChecks::noChecksumFailure),
            blockUnlessWaived(
                    "P53", When.ALWAYS, "enough adapters of every group of poolers take part", PoolerRules::enough),
            warn("P53-all", When.ALWAYS, "no pooler's adapter is in trouble", PoolerRules::noTrouble),
            block(
                    "P55",
                    When.ALWAYS,
                    "ZooKeeper lets nobody write but those who should, where that is asked for",
                    NeighbourChecks::closedAccess),
            block("P58", When.BEFORE_COPY, "the place for the copy is free", NeighbourChecks::directoryFree),
            block("P58-port", When.BEFORE_COPY, "the port is free on the target", NeighbourChecks::portFree));

    static final int MOST_READY_FILES = 16;

    private static final long LONG_SINCE_CHECKPOINT = 1800;
    private static final long USUAL_SEGMENT = 16L * 1024 * 1024;

    private NeighbourChecks() {}

    private static Optional<Finding> closedAccess(PreflightFacts facts) {
        List<String> open = facts.openAccess();
        return Finding.when(
                !open.isEmpty(),
                open.size() + " access lists in ZooKeeper are not what they should be; the first: "
                        + open.stream().findFirst().orElse(""),
                "see all of them with bin/drover zookeeper-access check, and mend them with bin/drover zookeeper-access"
                        + " tighten");
    }

    private static Optional<Finding> longTransactions(PreflightFacts facts) {
        List<String> open = facts.source().longTransactions();
        return Finding.when(
                !open.isEmpty(),
                "open for more than 5 s: " + open,
                "end them before the cutover: it waits 15 minutes for those of clients, and then the move is undone");
    }

    private static Optional<Finding> replication(PreflightFacts facts) {
        Optional<Finding> missing = role(facts, "drover_repl");
        if (missing.isPresent()) {
            return missing;
        }
        return login(facts.targetNode().replicationLogin(), facts.from(), facts.to());
    }

    /** The copy has the source's roles and access rules, which may admit the target's address only. */
    private static Optional<Finding> wayBack(PreflightFacts facts) {
        String refused = facts.wayBackLogin()
                .orElseThrow(() -> new IllegalStateException("no login from " + facts.from() + " was tried"));
        return login(refused, facts.to(), facts.from());
    }

    private static Optional<Finding> encrypted(PreflightFacts facts) {
        return Finding.when(
                !Settings.isOn(facts.source(), "ssl"),
                "ssl is off on " + facts.from() + ": logins, copies and WAL travel in clear text",
                "set ssl, ssl_cert_file and ssl_key_file there, a reload is enough; with postgres.tls in the configuration of"
                        + " agents and controllers nothing else is accepted (docs/configuration.md)");
    }

    private static Optional<Finding> login(String refused, NodeId server, NodeId client) {
        return Finding.when(
                !refused.isEmpty(),
                "drover_repl cannot log in to " + server + " from " + client + ": " + refused,
                "check the password file of the agent on " + client + ", pg_hba.conf on " + server
                        + ", the network between, and with postgres.tls that ssl is on on " + server
                        + " and its certificate names its host");
    }

    private static Optional<Finding> role(PreflightFacts facts, String name) {
        Map<String, String> roles = facts.source().roles();
        if (!roles.containsKey(name)) {
            return Optional.of(new Finding(
                    "the role " + name + " does not exist on " + facts.from(),
                    "adopt the instance again (bin/drover adopt), which makes Drover's roles"));
        }
        String lacking = roles.get(name);
        return Finding.when(
                lacking != null && !lacking.isEmpty(),
                "the role " + name + " on " + facts.from() + " " + lacking,
                "grant it, as docs/security.md lists");
    }

    /** Their passwords lie on every node and controller: what these can do, whoever reads one of them can do. */
    private static Optional<Finding> rightsBeyond(PreflightFacts facts) {
        Map<String, List<String>> beyond = new TreeMap<>(facts.source().rightsBeyond());
        return Finding.when(
                !beyond.isEmpty(),
                "on " + facts.from() + " "
                        + beyond.entrySet().stream()
                                .map(role -> role.getKey() + " " + String.join(", ", role.getValue()))
                                .collect(Collectors.joining("; ")),
                "take it away, as it stands in brackets; docs/security.md lists what each role needs");
    }

    private static Optional<Finding> archiving(PreflightFacts facts) {
        Archiver archiver = facts.source().archiver();
        if (!CutoverMode.ARCHIVING.contains(archiver.mode())) {
            return Optional.empty();
        }
        String wrong;
        if (archiver.command().isBlank() && archiver.library().isBlank()) {
            wrong = "archive_mode is " + archiver.mode() + ", but there is no archive_command";
        } else if (archiver.lastFailed()) {
            wrong = "the last attempt to archive a segment failed";
        } else if (archiver.readyFiles() > MOST_READY_FILES) {
            wrong = archiver.readyFiles() + " segments wait to be archived, more than " + MOST_READY_FILES;
        } else {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                wrong + ": the archive would have a gap across the move, or the way back would wait for it",
                "mend archiving on " + facts.from() + " and let it catch up"));
    }

    private static Optional<Finding> noBaseBackup(PreflightFacts facts) {
        List<String> running = facts.source().baseBackups();
        return Finding.when(
                !running.isEmpty(),
                "base backups run on " + facts.from() + ": " + running + "; the cutover would end them",
                "wait for them to finish");
    }

    private static Optional<Finding> timeouts(PreflightFacts facts) {
        return Finding.when(
                Settings.number(facts.source(), "wal_sender_timeout") == 0,
                "wal_sender_timeout is 0: a standby that is cut off is not noticed",
                "set wal_sender_timeout to 60s or less");
    }

    private static Optional<Finding> recentCheckpoint(PreflightFacts facts) {
        long seconds = facts.source().secondsSinceCheckpoint();
        return Finding.when(
                seconds > LONG_SINCE_CHECKPOINT,
                "the last checkpoint is " + seconds + " s old; the one that the move asks for may take a while",
                "nothing: Drover asks for a checkpoint before the copy and before the cutover");
    }

    private static Optional<Finding> smallSegments(PreflightFacts facts) {
        long bytes = Settings.number(facts.source(), "wal_segment_size");
        return Finding.when(
                bytes > USUAL_SEGMENT,
                "wal_segment_size is " + bytes / (1024 * 1024)
                        + " MiB: up to that much filler is written before the cutover",
                "nothing; plan for the WAL volume");
    }

    private static Optional<Finding> noUnlogged(PreflightFacts facts) {
        List<String> unlogged = facts.source().unloggedTables();
        return Finding.when(
                !unlogged.isEmpty(),
                "unlogged tables and sequences " + unlogged
                        + " begin anew on the target: rows and counters do not move",
                "ALTER TABLE or ALTER SEQUENCE … SET LOGGED, or waive when the content can be lost");
    }

    private static Optional<Finding> noChecksumFailure(PreflightFacts facts) {
        long failures = facts.source().checksumFailures();
        return Finding.when(
                failures > 0,
                failures + " checksum failures on " + facts.from() + ": damaged pages would be copied",
                "find and repair the damage (pg_amcheck), then SELECT pg_stat_reset() in each database that pg_stat_database"
                        + " counts failures for");
    }

    private static Optional<Finding> directoryFree(PreflightFacts facts) {
        TargetFacts target = facts.targetNode();
        boolean free = target.directoryState().equals("absent")
                || target.directoryState().equals("empty");
        return Finding.when(
                !free,
                target.plannedDataDir() + " on " + facts.to() + " is in the way: " + target.directoryState(),
                "move it away, after making sure that nothing uses it; an old copy of a finished move goes with"
                        + " bin/drover purge");
    }

    private static Optional<Finding> portFree(PreflightFacts facts) {
        return Finding.when(
                !facts.targetNode().portFree(),
                "something listens on port " + Settings.text(facts.source(), "port") + " of " + facts.to() + " already",
                "stop that program, or choose another target: a shard keeps its port on every node");
    }
}
