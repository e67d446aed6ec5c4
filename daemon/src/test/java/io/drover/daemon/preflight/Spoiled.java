/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static io.drover.daemon.preflight.When.BEFORE_COPY;
import static io.drover.daemon.preflight.When.WITH_STANDBY;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.MoveRequest.Mode;
import io.drover.replication.CutoverSettings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One way to spoil healthy facts.
 *
 * @param id the check that has to notice it, and only it
 * @param words what its message has to say
 */
record Spoiled(String id, When phase, String words, Consumer<SampleFacts> how) {
    private static final String OTHER = "7300000000000000002";

    static Stream<Spoiled> all() {
        return Stream.of(cluster(), writers(), storage(), neighbours()).flatMap(List::stream);
    }

    private static List<Spoiled> cluster() {
        return List.of(
                new Spoiled("P1", WITH_STANDBY, "is cluster " + OTHER, facts -> facts.standby.put("instance", OTHER)),
                new Spoiled("P2", BEFORE_COPY, "node_a is a standby", facts -> facts.source.put("inRecovery", true)),
                new Spoiled("P2", WITH_STANDBY, "not in recovery", facts -> facts.standby.put("inRecovery", false)),
                new Spoiled("P2", WITH_STANDBY, "the target on 2", facts -> facts.standby.put("timeline", 2)),
                new Spoiled("P3", WITH_STANDBY, "does not stream", facts -> facts.standby.putNull("receiver")),
                new Spoiled(
                        "P3",
                        WITH_STANDBY,
                        "'catchup'",
                        facts -> ((ObjectNode) facts.source.at("/senders/0")).put("state", "catchup")),
                new Spoiled(
                        "P3",
                        WITH_STANDBY,
                        "used by process 42",
                        facts -> ((ObjectNode) facts.source.at("/slots/0")).put("activePid", 42)),
                new Spoiled(
                        "P3",
                        WITH_STANDBY,
                        "receives timeline 7",
                        facts -> ((ObjectNode) facts.standby.get("receiver")).put("receivedTimeline", 7)),
                new Spoiled(
                        "P4", WITH_STANDBY, "[41, 42]", facts -> facts.addSender(42, SampleFacts.APPLICATION, "other")),
                new Spoiled(
                        "P5",
                        BEFORE_COPY,
                        "15.18 on node_a and 16.4",
                        facts -> facts.targetNode.put("serverVersion", 160004)),
                new Spoiled("P5", BEFORE_COPY, "13 or newer", facts -> facts.source.put("serverVersion", 120022)),
                new Spoiled(
                        "P5-minor", BEFORE_COPY, "older 15.2", facts -> facts.targetNode.put("serverVersion", 150002)),
                new Spoiled(
                        "P6",
                        BEFORE_COPY,
                        "node_b is aarch64",
                        facts -> facts.targetNode.put("architecture", "aarch64")),
                new Spoiled(
                        "P6",
                        WITH_STANDBY,
                        "8192 / 16384",
                        facts -> ((ObjectNode) facts.standby.get("controlData")).put("Database block size", "16384")),
                new Spoiled(
                        "P7", BEFORE_COPY, "'2.31' on node_b", facts -> facts.targetNode.put("libcVersion", "2.31")),
                new Spoiled(
                        "P7",
                        WITH_STANDBY,
                        "[libc:en_US.UTF-8]",
                        facts -> ((ObjectNode) facts.standby.get("collationProbe")).put("libc:en_US.UTF-8", "xx")),
                new Spoiled("P8", BEFORE_COPY, "'67.1' on node_b", facts -> facts.targetNode.put("icuVersion", "67.1")),
                new Spoiled(
                        "P8",
                        WITH_STANDBY,
                        "[icu:de]",
                        facts -> ((ObjectNode) facts.standby.get("collationProbe")).remove("icu:de")),
                new Spoiled(
                        "P10", BEFORE_COPY, "pg_rewind cannot be used", facts -> facts.set("data_checksums", "off")),
                new Spoiled("P11", BEFORE_COPY, "[fsync]", facts -> facts.set("fsync", "off")),
                new Spoiled("P11", WITH_STANDBY, "[fsync]", facts -> SampleFacts.set(facts.standby, "fsync", "off")),
                new Spoiled(
                        "P11-commit",
                        BEFORE_COPY,
                        "synchronous_commit is off",
                        facts -> facts.set("synchronous_commit", "off")),
                new Spoiled("P12", BEFORE_COPY, "hot_standby is off", facts -> facts.set("hot_standby", "off")),
                new Spoiled(
                        "P12",
                        WITH_STANDBY,
                        "max_connections 50 < 100",
                        facts -> SampleFacts.set(facts.standby, "max_connections", "50")),
                new Spoiled("P13", BEFORE_COPY, "wal_level is minimal", facts -> facts.set("wal_level", "minimal")),
                new Spoiled("P13", BEFORE_COPY, "1 free WAL senders", facts -> facts.set("max_wal_senders", "1")),
                new Spoiled(
                        "P13",
                        WITH_STANDBY,
                        "node_b has 0 free",
                        facts -> SampleFacts.set(facts.standby, "max_replication_slots", "0")));
    }

    private static List<Spoiled> writers() {
        return List.of(
                new Spoiled(
                        "P14",
                        WITH_STANDBY,
                        "[order-17]",
                        facts -> facts.add(facts.source, "preparedTransactions", "order-17")),
                new Spoiled("P14-possible", BEFORE_COPY, "is 5", facts -> facts.set("max_prepared_transactions", "5")),
                new Spoiled(
                        "P15",
                        BEFORE_COPY,
                        "[app.sub1 (enabled)]",
                        facts -> facts.add(facts.source, "subscriptions", "app.sub1 (enabled)")),
                new Spoiled("P16", BEFORE_COPY, "[cdc]", facts -> facts.addSlot("cdc", "logical", true, "reserved")),
                new Spoiled(
                        "P17",
                        BEFORE_COPY,
                        "overrides the read-only",
                        facts -> facts.add(facts.source, "roleSettings", "app/*: default_transaction_read_only=off")),
                new Spoiled(
                        "P17-commit",
                        BEFORE_COPY,
                        "do not wait for the guard",
                        facts -> facts.add(facts.source, "roleSettings", "app/*: synchronous_commit=off")),
                new Spoiled(
                        "P19",
                        BEFORE_COPY,
                        "from the command line",
                        facts -> SampleFacts.setSource(facts.source, "autovacuum", "command line")),
                new Spoiled(
                        "P19",
                        WITH_STANDBY,
                        "wal_init_zero on node_b",
                        facts -> SampleFacts.setSource(facts.standby, "wal_init_zero", "command line")),
                new Spoiled(
                        "P20",
                        BEFORE_COPY,
                        "postgresql.conf:7",
                        facts -> facts.add(facts.source, "configErrors", "postgresql.conf:7: syntax error")),
                new Spoiled(
                        "P21",
                        BEFORE_COPY,
                        "allow_alter_system",
                        facts -> facts.source
                                .withObject("/settings")
                                .putObject("allow_alter_system")
                                .put("value", "off")
                                .put("source", "default")
                                .put("pendingRestart", false)),
                new Spoiled(
                        "P22",
                        BEFORE_COPY,
                        "drover_99999999",
                        facts -> facts.add(facts.source, "leftovers", "slot drover_99999999")),
                new Spoiled(
                        "P22",
                        WITH_STANDBY,
                        "staging",
                        facts -> facts.add(facts.target, "leftovers", "data.staging-99999999")),
                new Spoiled(
                        "P22",
                        BEFORE_COPY,
                        "synchronous_standby_names = '\"drover_fence_8\"' on node_a",
                        facts -> facts.stray(facts.source, "synchronous_standby_names", "\"drover_fence_8\"")),
                new Spoiled(
                        "P22",
                        BEFORE_COPY,
                        "autovacuum = 'off' on node_a, listen_addresses = '' on node_a",
                        facts -> facts.stray(facts.source, "listen_addresses", "")
                                .stray(facts.source, "autovacuum", "off")),
                new Spoiled(
                        "P22",
                        WITH_STANDBY,
                        "wal_retrieve_retry_interval = '5ms' on node_b",
                        facts -> CutoverSettings.values()
                                .forEach((setting, value) -> facts.stray(facts.standby, setting.parameter(), value))),
                new Spoiled(
                        "P22-settings",
                        BEFORE_COPY,
                        "autovacuum = 'off' on node_a",
                        facts -> facts.stray(facts.source, "autovacuum", "off")),
                new Spoiled(
                        "P22-copies",
                        BEFORE_COPY,
                        "take space",
                        facts -> facts.add(facts.target, "leftovers", "data.set-aside-99999999")),
                new Spoiled(
                        "P23",
                        BEFORE_COPY,
                        "patroni on node_b",
                        facts -> facts.add(facts.targetNode, "foreignManagers", "patroni")),
                new Spoiled(
                        "P24",
                        BEFORE_COPY,
                        "start.conf says auto",
                        facts -> facts.source.put("startedByOthers", "/etc/postgresql/15/main/start.conf says auto")));
    }

    private static List<Spoiled> storage() {
        return List.of(
                new Spoiled(
                        "P25",
                        BEFORE_COPY,
                        "[/mnt/fast]",
                        facts -> facts.add(facts.target, "missingDirectories", "/mnt/fast")),
                new Spoiled(
                        "P26",
                        BEFORE_COPY,
                        "the copy needs 12.0 GiB",
                        facts -> facts.targetNode.put("diskFree", 11L << 30).put("diskTotal", 11L << 28)),
                new Spoiled(
                        "P26-reserve",
                        BEFORE_COPY,
                        "less than 20 %",
                        facts -> facts.targetNode.put("diskFree", 29L << 30)),
                new Spoiled(
                        "P26-reserve",
                        WITH_STANDBY,
                        "19.0 GiB of 100.0 GiB",
                        facts -> facts.targetNode.put("diskFree", 19L << 30)),
                new Spoiled(
                        "P26-source",
                        BEFORE_COPY,
                        "its slot keeps all WAL",
                        facts -> facts.source.put("diskFree", 9L << 30)),
                new Spoiled(
                        "P27",
                        WITH_STANDBY,
                        "is lost",
                        facts -> ((ObjectNode) facts.source.at("/slots/0")).put("walStatus", "lost")),
                new Spoiled(
                        "P27-others",
                        BEFORE_COPY,
                        "old (inactive, extended)",
                        facts -> facts.addSlot("old", "physical", false, "extended")),
                new Spoiled(
                        "P27-limit", BEFORE_COPY, "is 1024 MB", facts -> facts.set("max_slot_wal_keep_size", "1024")),
                new Spoiled(
                        "P28",
                        WITH_STANDBY,
                        "67108865 bytes",
                        facts -> facts.lagBytes = OptionalLong.of(StorageChecks.MOST_LAG_BYTES + 1)),
                new Spoiled("P28-time", WITH_STANDBY, "1001 ms behind", facts -> {
                    facts.lagBytes = OptionalLong.of(1);
                    facts.lagMillis = OptionalLong.of(1001);
                }),
                new Spoiled(
                        "P28",
                        WITH_STANDBY,
                        "the lag could not be read",
                        facts -> facts.lagBytes = OptionalLong.empty()),
                new Spoiled(
                        "P29",
                        BEFORE_COPY,
                        "recovery_min_apply_delay",
                        facts -> facts.set("recovery_min_apply_delay", "5000")),
                new Spoiled(
                        "P29",
                        WITH_STANDBY,
                        "recovery_target_time",
                        facts -> SampleFacts.set(facts.standby, "recovery_target_time", "2026-01-01")),
                new Spoiled(
                        "P29",
                        WITH_STANDBY,
                        "replay is paused",
                        facts -> ((ObjectNode) facts.standby.get("receiver")).put("replayPaused", true)),
                new Spoiled(
                        "P30-end",
                        BEFORE_COPY,
                        "'/bin/notify'",
                        facts -> facts.set("recovery_end_command", "/bin/notify")),
                new Spoiled(
                        "P30",
                        WITH_STANDBY,
                        "restore_command is set",
                        facts -> SampleFacts.set(facts.standby, "restore_command", "cp /a/%f %p")));
    }

    private static List<Spoiled> neighbours() {
        return List.of(
                new Spoiled(
                        "P32",
                        BEFORE_COPY,
                        "process 7",
                        facts -> facts.add(facts.source, "longTransactions", "process 7 of app, 90 s")),
                new Spoiled(
                        "P34",
                        BEFORE_COPY,
                        "clean-stop",
                        facts -> facts.inMode(Mode.SEALED).add(facts.source, "backgroundWorkers", "pg_cron launcher")),
                new Spoiled(
                        "P38",
                        BEFORE_COPY,
                        "from node_b: password",
                        facts -> facts.target.put("replicationLogin", "password authentication failed")),
                new Spoiled(
                        "P38",
                        BEFORE_COPY,
                        "drover_repl does not exist",
                        facts -> ((ObjectNode) facts.source.get("roles")).remove("drover_repl")),
                new Spoiled(
                        "P38-back",
                        WITH_STANDBY,
                        "log in to node_b from node_a: no pg_hba.conf entry",
                        facts -> facts.wayBackLogin = Optional.of("no pg_hba.conf entry")),
                new Spoiled(
                        "P38-back",
                        WITH_STANDBY,
                        "no login from node_a was tried",
                        facts -> facts.wayBackLogin = Optional.empty()),
                new Spoiled("P38-tls", BEFORE_COPY, "in clear text", facts -> facts.set("ssl", "off")),
                new Spoiled(
                        "P38-rewind",
                        BEFORE_COPY,
                        "pg_read_binary_file",
                        facts -> ((ObjectNode) facts.source.get("roles"))
                                .put("drover_rewind", "lacks EXECUTE on pg_read_binary_file")),
                new Spoiled(
                        "P39",
                        BEFORE_COPY,
                        "node_a lacks pg_monitor",
                        facts -> ((ObjectNode) facts.source.get("roles")).put("drover", "lacks pg_monitor")),
                new Spoiled(
                        "P39-rights",
                        BEFORE_COPY,
                        "on node_a drover is createrole (ALTER ROLE drover NOCREATEROLE)",
                        facts -> facts.source
                                .putObject("rightsBeyond")
                                .putArray("drover")
                                .add("is createrole (ALTER ROLE drover NOCREATEROLE)")),
                new Spoiled(
                        "P40",
                        BEFORE_COPY,
                        "'FIRST 1 (b)' on node_a",
                        facts -> facts.set("synchronous_standby_names", "FIRST 1 (b)")),
                new Spoiled(
                        "P40",
                        BEFORE_COPY,
                        "of the standbys that come along [c] only [c] are among them",
                        facts -> facts.companion("c").set("synchronous_standby_names", "ANY 2 (b, c)")),
                new Spoiled(
                        "P40",
                        WITH_STANDBY,
                        "is not understood: 'a b'",
                        facts -> facts.set("synchronous_standby_names", "a b")),
                new Spoiled(
                        "P40-count",
                        BEFORE_COPY,
                        "wait for 2 standbys",
                        facts ->
                                facts.companion("c").companion("d").set("synchronous_standby_names", "FIRST 2 (c, d)")),
                new Spoiled(
                        "P41-standbys",
                        BEFORE_COPY,
                        "node_c: it cannot be asked, no route to host",
                        SampleFacts::companionThatIsAway),
                new Spoiled(
                        "P41-standbys",
                        BEFORE_COPY,
                        "its WAL receiver does not stream",
                        facts -> facts.companion(
                                "c", "", instance -> ((ObjectNode) instance.get("receiver")).put("status", "waiting"))),
                new Spoiled(
                        "P41-standbys",
                        WITH_STANDBY,
                        "it receives timeline 2, node_a is on 1",
                        facts -> facts.companion(
                                "c",
                                "",
                                instance -> ((ObjectNode) instance.get("receiver")).put("receivedTimeline", 2))),
                new Spoiled(
                        "P41-standbys",
                        BEFORE_COPY,
                        "2 WAL senders on node_a are named c",
                        facts -> facts.companion("c").addSender(77, "c", "slot_c")),
                new Spoiled(
                        "P41-standbys",
                        BEFORE_COPY,
                        "recovery_target_timeline is not latest",
                        facts -> facts.companion(
                                "c", "", instance -> SampleFacts.set(instance, "recovery_target_timeline", "current"))),
                new Spoiled(
                        "P41-standbys",
                        WITH_STANDBY,
                        "drover_repl cannot log in to node_b from there: no pg_hba.conf entry",
                        facts -> facts.companion("c", "no pg_hba.conf entry", instance -> {})),
                new Spoiled(
                        "P41-places",
                        BEFORE_COPY,
                        "node_c: P58 /var/lib/drover/shard_01/data on node_c is in the way: a directory with something in it",
                        facts -> facts.place(place -> place.put("directoryState", "a directory with something in it"))),
                new Spoiled(
                        "P41-places",
                        BEFORE_COPY,
                        "node_c: P38 drover_repl cannot log in to node_a from node_c: no",
                        facts -> facts.place(place -> place.put("replicationLogin", "no"))),
                new Spoiled(
                        "P13",
                        WITH_STANDBY,
                        "the move needs 2 and 2",
                        facts -> SampleFacts.set(facts.companion("c").standby, "max_replication_slots", "1")),
                new Spoiled(
                        "P41", WITH_STANDBY, "replica_2 (process 50)", facts -> facts.addSender(50, "replica_2", "r2")),
                new Spoiled(
                        "P42",
                        BEFORE_COPY,
                        "there is no archive_command",
                        facts -> ((ObjectNode) facts.source.get("archiver")).put("mode", "on")),
                new Spoiled(
                        "P42",
                        BEFORE_COPY,
                        "17 segments wait",
                        facts -> ((ObjectNode) facts.source.get("archiver"))
                                .put("mode", "on")
                                .put("command", "true")
                                .put("readyFiles", 17)),
                new Spoiled(
                        "P42",
                        BEFORE_COPY,
                        "attempt to archive",
                        facts -> ((ObjectNode) facts.source.get("archiver"))
                                .put("mode", "on")
                                .put("command", "true")
                                .put("lastFailed", true)),
                new Spoiled(
                        "P42-library",
                        BEFORE_COPY,
                        "clean-stop",
                        facts -> ((ObjectNode) facts.inMode(Mode.STRICT).source.get("archiver"))
                                .put("mode", "on")
                                .put("library", "basic_archive")),
                new Spoiled(
                        "P43",
                        BEFORE_COPY,
                        "would end them",
                        facts -> facts.add(facts.source, "baseBackups", "process 9")),
                new Spoiled(
                        "P44", BEFORE_COPY, "wal_sender_timeout is 0", facts -> facts.set("wal_sender_timeout", "0")),
                new Spoiled(
                        "P45", BEFORE_COPY, "1801 s old", facts -> facts.source.put("secondsSinceCheckpoint", 1801)),
                new Spoiled("P46", BEFORE_COPY, "1024 MiB", facts -> facts.set("wal_segment_size", "1073741824")),
                new Spoiled(
                        "P47",
                        BEFORE_COPY,
                        "[app.public.cache]",
                        facts -> facts.add(facts.source, "unloggedTables", "app.public.cache")),
                new Spoiled(
                        "P50", BEFORE_COPY, "3 checksum failures", facts -> facts.source.put("checksumFailures", 3)),
                new Spoiled(
                        "P53",
                        WITH_STANDBY,
                        "0 of at least 1 adapters of group edge of shard shard_01 can take part",
                        facts -> facts.addPoolers(List.of(), List.of())),
                new Spoiled(
                        "P53",
                        BEFORE_COPY,
                        "in trouble: edge-1: B4: wrong password",
                        facts -> facts.addPoolers(List.of(), List.of("edge-1: B4: wrong password"))),
                new Spoiled(
                        "P53-all",
                        WITH_STANDBY,
                        "in trouble: edge-1: B3",
                        facts -> facts.addPoolers(List.of("edge-2"), List.of("edge-1: B3"))),
                new Spoiled(
                        "P55",
                        WITH_STANDBY,
                        "the first: /topology is open to anybody",
                        facts -> facts.openAccess.add("/topology is open to anybody: world:anyone cdrwa")),
                new Spoiled(
                        "P58",
                        BEFORE_COPY,
                        "is in the way: 12 files",
                        facts -> facts.target.put("directoryState", "12 files")),
                new Spoiled(
                        "P58-port", BEFORE_COPY, "port 5433 of node_b", facts -> facts.target.put("portFree", false)));
    }

    @Override
    public String toString() {
        return id + " " + phase + ": " + words;
    }
}
