/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ShardTopology.Endpoint;
import io.drover.replication.InstanceMonitor;
import io.drover.replication.InstanceMonitors;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the checks see of a real server: that each fails on facts is tested without one. */
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
            new Planted("P44", "alter system set wal_sender_timeout = 0", "alter system reset wal_sender_timeout"),
            new Planted("P47", "create unlogged table planted (a text collate \"de-x-icu\")", "drop table planted"),
            new Planted("P47", "create unlogged sequence planted_numbers", "drop sequence planted_numbers"));

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

    private static String[] checks() {
        return PLANTED.stream().map(Planted::check).distinct().toArray(String[]::new);
    }

    private static Map<String, String> failures(Scene scene) {
        return DryRun.failures(scene.cluster(), LocalCluster.SHARD, scene.other());
    }
}
