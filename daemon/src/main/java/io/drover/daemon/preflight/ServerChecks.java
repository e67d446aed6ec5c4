/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static io.drover.daemon.preflight.PreflightCheck.block;
import static io.drover.daemon.preflight.PreflightCheck.warn;

import io.drover.api.NodeId;
import io.drover.api.agent.Facts.InstanceFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/** P5 to P13: the two servers are alike enough, and able to stream in both directions. */
final class ServerChecks {
    static final List<PreflightCheck> TABLE = List.of(
            block("P5", When.ALWAYS, "both nodes have the same supported major version", ServerChecks::sameMajor),
            warn("P5-minor", When.ALWAYS, "the target's minor version is not older", ServerChecks::minorNotOlder),
            block("P6", When.ALWAYS, "architecture and storage layout are the same", ServerChecks::sameLayout),
            block("P7", When.ALWAYS, "libc sorts the same on both nodes", facts -> collation(facts, "libc")),
            block("P8", When.ALWAYS, "ICU sorts the same on both nodes", facts -> collation(facts, "icu")),
            warn("P10", When.ALWAYS, "a diverged copy can be rewound", ServerChecks::rewindable),
            block("P11", When.ALWAYS, "commits are written to disk safely", ServerChecks::durable),
            warn("P11-commit", When.ALWAYS, "commits wait for the disk", ServerChecks::commitsWait),
            block("P12", When.ALWAYS, "the target is configured as a hot standby", ServerChecks::standbyMinimums),
            block("P13", When.ALWAYS, "slots and WAL senders are free for the move", ServerChecks::freeSenders));

    private static final int OLDEST = 130000;
    private static final int MAJOR = 10000;
    private static final List<String> LAYOUT = List.of(
            "Catalog version number",
            "Maximum data alignment",
            "Database block size",
            "Blocks per segment of large relation",
            "WAL block size",
            "Bytes per WAL segment",
            "Date/time type storage",
            "Float8 argument passing",
            "Data page checksum version",
            "Default char data signedness");
    private static final List<String> STANDBY_MINIMUMS = List.of(
            "max_connections",
            "max_worker_processes",
            "max_wal_senders",
            "max_prepared_transactions",
            "max_locks_per_transaction");
    private static final List<String> DURABILITY = List.of("fsync", "full_page_writes");

    private ServerChecks() {}

    private static Optional<Finding> sameMajor(PreflightFacts facts) {
        int source = facts.source().serverVersion();
        int target = facts.targetNode().node().serverVersion();
        if (source < OLDEST) {
            return Optional.of(new Finding(
                    "PostgreSQL on " + facts.from() + " is " + version(source) + "; Drover needs 13 or newer",
                    "upgrade the source first"));
        }
        return Finding.when(
                source / MAJOR != target / MAJOR,
                "PostgreSQL is " + version(source) + " on " + facts.from() + " and " + version(target) + " on "
                        + facts.to() + ": a physical copy runs on the same major version only",
                "install PostgreSQL " + source / MAJOR + " on " + facts.to() + ", or choose another target");
    }

    private static Optional<Finding> minorNotOlder(PreflightFacts facts) {
        int source = facts.source().serverVersion();
        int target = facts.targetNode().node().serverVersion();
        return Finding.when(
                source / MAJOR == target / MAJOR && target < source,
                "PostgreSQL is " + version(source) + " on " + facts.from() + " and the older " + version(target)
                        + " on " + facts.to(),
                "update PostgreSQL on " + facts.to() + " before the move");
    }

    private static String version(int number) {
        return number / MAJOR + "." + number % MAJOR;
    }

    private static Optional<Finding> sameLayout(PreflightFacts facts) {
        String source = facts.sourceNode().architecture();
        String target = facts.targetNode().node().architecture();
        if (!source.equals(target)) {
            return Optional.of(new Finding(
                    facts.from() + " is " + source + ", " + facts.to() + " is " + target
                            + ": data files and index order depend on the architecture",
                    "choose a target of the same architecture"));
        }
        if (facts.target().isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> here = facts.source().controlData();
        Map<String, String> there = facts.standby().controlData();
        List<String> differing = LAYOUT.stream()
                .filter(label -> !Objects.equals(here.get(label), there.get(label)))
                .map(label -> label + ": " + here.get(label) + " / " + there.get(label))
                .toList();
        return Finding.when(
                !differing.isEmpty(),
                "pg_controldata of source and target differs in " + differing,
                "abort the move and use the same build of PostgreSQL on both nodes");
    }

    /** Before the copy the versions of the library are compared, with the standby also the order of a list of words. */
    private static Optional<Finding> collation(PreflightFacts facts, String provider) {
        List<String> used = facts.source().collations().stream()
                .filter(name -> name.startsWith(provider + ":"))
                .toList();
        if (used.isEmpty()) {
            return Optional.empty();
        }
        String remedy = "install the same version of " + provider + " on " + facts.to()
                + ", or choose another target: indexes on text would be silently wrong there";
        String here = version(facts, provider, true);
        String there = version(facts, provider, false);
        if (!here.equals(there)) {
            return Optional.of(new Finding(
                    provider + " is '" + here + "' on " + facts.from() + " and '" + there + "' on " + facts.to()
                            + ", and the shard uses " + used,
                    remedy));
        }
        if (facts.target().isEmpty()) {
            return Optional.empty();
        }
        List<String> differing = new ArrayList<>();
        for (String name : used) {
            String expected = facts.source().collationProbe().get(name);
            if (expected == null
                    || !expected.equals(facts.standby().collationProbe().get(name))) {
                differing.add(name);
            }
        }
        TreeSet<String> mismatches = new TreeSet<>(facts.standby().collationMismatches());
        mismatches.removeAll(facts.source().collationMismatches());
        return Finding.when(
                !differing.isEmpty() || !mismatches.isEmpty(),
                "source and target sort differently under " + differing + "; recorded versions that do not match on "
                        + facts.to() + ": " + mismatches,
                remedy);
    }

    private static String version(PreflightFacts facts, String provider, boolean source) {
        var node = source ? facts.sourceNode() : facts.targetNode().node();
        return provider.equals("libc") ? node.libcVersion() : node.icuVersion();
    }

    private static Optional<Finding> rewindable(PreflightFacts facts) {
        boolean hints =
                Settings.isOn(facts.source(), "data_checksums") || Settings.isOn(facts.source(), "wal_log_hints");
        boolean rewindable = hints && Settings.isOn(facts.source(), "full_page_writes");
        return Finding.when(
                !rewindable,
                "pg_rewind cannot be used: it needs data checksums or wal_log_hints, and full_page_writes",
                "turn wal_log_hints on (restart), or accept that an old primary that has diverged needs a new base"
                        + " backup");
    }

    private static Optional<Finding> durable(PreflightFacts facts) {
        // the copy takes over the source's settings, so before there is a standby the source answers for both
        InstanceFacts judged = facts.target().orElse(facts.source());
        List<String> off =
                DURABILITY.stream().filter(name -> !Settings.isOn(judged, name)).toList();
        return Finding.when(
                !off.isEmpty(),
                "off: " + off + "; a crash of the machine can lose or damage data that was acknowledged",
                "turn " + String.join(" and ", off) + " on and reload");
    }

    private static Optional<Finding> commitsWait(PreflightFacts facts) {
        String value = Settings.text(facts.source(), "synchronous_commit");
        return Finding.when(
                value.equals("off"),
                "synchronous_commit is off: the last commits are lost when the source's machine crashes, in a move or"
                        + " not",
                "set synchronous_commit to on, or accept it: the move itself carries these commits over");
    }

    private static Optional<Finding> standbyMinimums(PreflightFacts facts) {
        InstanceFacts judged = facts.target().orElse(facts.source());
        if (!Settings.isOn(judged, "hot_standby")) {
            return Optional.of(new Finding(
                    "hot_standby is off: the standby could not be asked how far it has replayed",
                    "turn hot_standby on"));
        }
        if (facts.target().isEmpty()) {
            return Optional.empty();
        }
        List<String> lower = STANDBY_MINIMUMS.stream()
                .filter(name -> Settings.number(facts.standby(), name) < Settings.number(facts.source(), name))
                .map(name ->
                        name + " " + Settings.text(facts.standby(), name) + " < " + Settings.text(facts.source(), name))
                .toList();
        return Finding.when(
                !lower.isEmpty(),
                "lower on the target than on the source: " + lower + "; recovery would pause or refuse queries",
                "raise them on " + facts.to() + " and restart the standby");
    }

    private static Optional<Finding> freeSenders(PreflightFacts facts) {
        if (Settings.text(facts.source(), "wal_level").equals("minimal")) {
            return Optional.of(new Finding(
                    "wal_level is minimal on " + facts.from() + ": no standby can follow",
                    "set wal_level to replica and restart the source"));
        }
        if (facts.target().isPresent()) {
            int others = facts.standbys().size();
            return missing(facts, facts.standby(), facts.to(), 1 + others, 1 + others, 0);
        }
        // a base backup streams over two connections; the standby takes one later
        int inUse = facts.source().senders().size();
        return missing(facts, facts.source(), facts.from(), 1, 2, inUse);
    }

    private static Optional<Finding> missing(
            PreflightFacts facts,
            InstanceFacts instance,
            NodeId node,
            int slotsNeeded,
            int sendersNeeded,
            int sendersInUse) {
        long slotsInUse = instance.slots().stream()
                .filter(slot -> !facts.isOurs(slot.name()))
                .count();
        long freeSlots = Settings.number(instance, "max_replication_slots") - slotsInUse;
        long freeSenders = Settings.number(instance, "max_wal_senders") - sendersInUse;
        return Finding.when(
                freeSlots < slotsNeeded || freeSenders < sendersNeeded,
                node + " has " + freeSlots + " free replication slots and " + freeSenders
                        + " free WAL senders; the move needs " + slotsNeeded + " and " + sendersNeeded,
                "raise max_replication_slots and max_wal_senders on " + node + " and restart it");
    }
}
