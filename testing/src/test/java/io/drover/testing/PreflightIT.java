/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.replication.CutoverSettings;
import io.drover.replication.InstanceMonitor;
import io.drover.replication.InstanceMonitors;
import io.drover.replication.ManagedSetting;
import io.drover.replication.SealSettings;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the checks see of a real server: that each fails on facts is tested without one. And what none of them has to see, because the
 * agent undoes it without being asked.
 */
class PreflightIT {
    private static final String SLOT = "somebody";
    private static final List<Planted> PLANTED = List.of(
            new Planted(
                    "P15",
                    "create subscription planted connection 'host=127.0.0.1 port=1 dbname=x'"
                            + " publication nobody with (connect = false)",
                    "alter subscription planted set (slot_name = none)"),
            new Planted("P15", "alter subscription planted enable", "alter subscription planted disable"),
            new Planted(
                    "P17",
                    "alter role app set default_transaction_read_only = off",
                    "alter role app reset default_transaction_read_only"),
            new Planted(
                    "P17-commit",
                    "alter role app set synchronous_commit = local",
                    "alter role app reset synchronous_commit"),
            // named like none of a move: the agent drops one of a move that never was
            new Planted(
                    "P22",
                    "select pg_create_physical_replication_slot('drover_planted', true)",
                    "select pg_drop_replication_slot('drover_planted')"),
            new Planted("P22-settings", "alter system set wal_init_zero = off", "alter system reset wal_init_zero"),
            new Planted(
                    "P27-others",
                    "select pg_create_physical_replication_slot('somebody', true)",
                    "select pg_drop_replication_slot('somebody')"),
            new Planted(
                    "P29",
                    "alter system set recovery_min_apply_delay = '5s'",
                    "alter system reset recovery_min_apply_delay"),
            new Planted("P39-rights", "alter role drover createdb", "alter role drover nocreatedb"),
            new Planted(
                    "P39-rights",
                    "grant pg_signal_backend to drover_repl",
                    "revoke pg_signal_backend from drover_repl"),
            new Planted(
                    "P39-rights",
                    "grant execute on function pg_read_file(text) to drover_rewind",
                    "revoke execute on function pg_read_file(text) from drover_rewind"),
            new Planted("P44", "alter system set wal_sender_timeout = 0", "alter system reset wal_sender_timeout"),
            new Planted("P47", "create unlogged table planted (a text collate \"de-x-icu\")", "drop table planted"),
            new Planted("P47", "create unlogged sequence planted_numbers", "drop sequence planted_numbers"));

    /** An agent looks every 30 s, and has other things to do on a machine that is busy. */
    private static final Duration TIDYING_LIMIT = Duration.ofMinutes(2);

    private static final String NEVER = "deadbeef";
    private static final List<String> SLOTS_OF_A_MOVE =
            List.of("drover_" + NEVER, "drover_" + NEVER + "_back", "drover_" + NEVER + "_s1");
    private static final Map<ManagedSetting, String> SETTINGS_OF_A_MOVE = settingsOfAMove();

    private static Map<ManagedSetting, String> settingsOfAMove() {
        Map<ManagedSetting, String> settings = new EnumMap<>(CutoverSettings.values());
        settings.putAll(SealSettings.values(new FenceEpoch(7)));
        return settings;
    }

    /**
     * Something that a check has to see.
     *
     * @param undo takes it away again
     */
    private record Planted(String check, String sql, String undo) {}

    @Test
    void seesWhatStandsInTheWayOnARealServer() throws SQLException {
        try (Scene scene = Scene.open()) {
            Psql source = scene.cluster().psql(scene.primary());
            assertThat(failures(scene)).doesNotContainKeys(checks());
            PLANTED.forEach(planted -> source.run(LocalCluster.DATABASE, planted.sql()));
            source.run(LocalCluster.DATABASE, "select pg_reload_conf()");
            try {
                Waiting.until(
                        "the settings are loaded",
                        Scene.WRITING_LIMIT,
                        () -> source.run("postgres", "show wal_sender_timeout").equals("0"));
                assertThat(failures(scene))
                        .containsKeys(checks())
                        .hasEntrySatisfying(
                                "P39-rights",
                                message -> assertThat(message)
                                        .contains(
                                                "drover is createdb (ALTER ROLE drover NOcreatedb)",
                                                "drover_repl is a member of pg_signal_backend",
                                                "in database app has rights on function pg_read_file(text)"))
                        .hasEntrySatisfying(
                                "P47", message -> assertThat(message).contains("public.planted,", "planted_numbers"));
            } finally {
                for (int i = PLANTED.size() - 1; i >= 0; i--) {
                    source.run(LocalCluster.DATABASE, PLANTED.get(i).undo());
                }
                source.run(LocalCluster.DATABASE, "drop subscription planted");
                source.run(LocalCluster.DATABASE, "select pg_reload_conf()");
            }
        }
    }

    /** What tells a controller that a copy will never catch up (H65). */
    @Test
    void seesThatASlotHasLostItsWal() throws SQLException {
        try (Scene scene = Scene.open();
                InstanceMonitors monitors = scene.cluster().monitors()) {
            Psql source = scene.cluster().psql(scene.primary());
            Endpoint primary = scene.rest().shard(LocalCluster.SHARD).primary();
            source.run("postgres", "select pg_create_physical_replication_slot('" + SLOT + "', true)");
            try (InstanceMonitor monitor = monitors.open(primary, "postgres")) {
                assertThat(monitor.holdsWal(SLOT)).isTrue();
                assertThat(monitor.holdsWal("nobodys")).isFalse();

                source.run("postgres", "alter system set max_slot_wal_keep_size = '1MB'");
                source.run("postgres", "select pg_reload_conf()");
                Waiting.until("the slot has lost its WAL", Scene.WRITING_LIMIT, () -> {
                    source.run("postgres", "select pg_switch_wal()");
                    source.run("postgres", "checkpoint");
                    return !monitor.holdsWal(SLOT);
                });
                assertThat(source.run("postgres", "select wal_status from pg_replication_slots"))
                        .isEqualTo("lost");
            } finally {
                source.run("postgres", "alter system reset max_slot_wal_keep_size");
                source.run("postgres", "select pg_reload_conf()");
                source.run("postgres", "select pg_drop_replication_slot('" + SLOT + "')");
            }
        }
    }

    /** H49, H63, H65: of a move that never was, and beside it what a person has made, which stays. */
    @Test
    void whatAMoveHasLeftThatNeverWasIsUndoneAndAPersonsOwnStays() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            Psql source = scene.cluster().psql(scene.primary());
            Path beside = requireNonNull(
                    scene.cluster().dataDirectory(scene.primary()).getParent(), "no parent");
            Path staging = beside.resolve("data.staging-" + NEVER);
            Path own = scene.cluster().osUser().directory(beside.resolve("data.own"), "rwx------");
            Map<String, String> before = scene.traces();
            try {
                plant(scene, source, staging);

                Waiting.until(
                        "the slots are dropped",
                        TIDYING_LIMIT,
                        () -> slots(source).equals(List.of(SLOT)));
                Waiting.until("the copy is removed", TIDYING_LIMIT, () -> !Files.exists(staging));
                Waiting.until(
                        "the settings are taken back",
                        TIDYING_LIMIT,
                        () -> altered(source).stream().noneMatch(SETTINGS_OF_A_MOVE::containsKey));
                assertThat(altered(source)).contains(ManagedSetting.WAL_KEEP_SIZE);
            } finally {
                removeWhatWasPlanted(source);
            }
            assertThat(WorldSnapshot.differences(before, scene.traces())).isEmpty();
            Files.delete(own);
        }
    }

    /** While the agent stands still, or it would find half of it. */
    private static void plant(Scene scene, Psql source, Path staging) throws IOException {
        String agent = scene.primary().value();
        scene.cluster().freeze(agent);
        try {
            scene.cluster().osUser().directory(staging, "rwx------");
            Files.writeString(staging.resolve("PG_VERSION"), "15\n");
            source.run("postgres", planting());
            assertThat(altered(source)).containsAll(SETTINGS_OF_A_MOVE.keySet());
            assertThat(slots(source)).containsAll(SLOTS_OF_A_MOVE).contains(SLOT);
        } finally {
            scene.cluster().thaw(agent);
        }
    }

    private static void removeWhatWasPlanted(Psql source) {
        String settings = SETTINGS_OF_A_MOVE.keySet().stream()
                .map(setting -> "alter system reset " + setting.parameter() + ";\n")
                .collect(Collectors.joining());
        source.run("postgres", settings + "alter system reset wal_keep_size; select pg_reload_conf();");
        source.run("postgres", "select pg_drop_replication_slot(slot_name) from pg_replication_slots");
        Waiting.until(
                "the person's setting is not loaded any more",
                Scene.WRITING_LIMIT,
                () -> source.run("postgres", "show wal_keep_size").equals("256MB"));
    }

    /** The settings on disk only, as row 95 writes them: loaded they would stop every commit. */
    private static String planting() {
        Stream<String> slots = Stream.concat(Stream.of(SLOT), SLOTS_OF_A_MOVE.stream())
                .map(slot -> "select pg_create_physical_replication_slot('" + slot + "', true);");
        Stream<String> settings = SETTINGS_OF_A_MOVE.entrySet().stream()
                .map(each -> "alter system set " + each.getKey().parameter() + " = '" + each.getValue() + "';");
        return Stream.of(slots, settings, Stream.of("alter system set wal_keep_size = '300MB';"))
                .flatMap(statements -> statements)
                .collect(Collectors.joining("\n"));
    }

    private static List<String> slots(Psql server) {
        return server.run("postgres", "select slot_name from pg_replication_slots")
                .lines()
                .toList();
    }

    /** What postgresql.auto.conf sets, loaded or not. */
    private static List<ManagedSetting> altered(Psql server) {
        return server.run(
                        "postgres", "select name from pg_file_settings where sourcefile like '%/postgresql.auto.conf'")
                .lines()
                .map(name -> ManagedSetting.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
    }

    private static String[] checks() {
        return PLANTED.stream().map(Planted::check).distinct().toArray(String[]::new);
    }

    private static Map<String, String> failures(Scene scene) {
        return DryRun.failures(scene.cluster(), LocalCluster.SHARD, scene.other());
    }
}
