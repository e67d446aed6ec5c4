/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.fault.KeptDirectories.Serves;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Signals and settings in data directories: what a move leaves there is told, what stays on purpose is not. */
final class KeptDirectoriesTest {
    private static final Path ROOT = Path.of("/nodes/node_b");
    private static final String DATA = "shard_01/data";
    private static final String ASIDE = "shard_01/data.set-aside-0123abcd";
    private static final String FOLLOWS = """
            primary_conninfo = 'host=10.0.0.1'
            primary_slot_name = 'drover_0123abcd'
            recovery_target_timeline = 'latest'
            """;
    private static final StoredSettings BEFORE = new StoredSettings(Map.of(), Map.of("work_mem", "8MB"));

    private final Map<String, String> world = new TreeMap<>();

    private KeptDirectoriesTest directory(String name, String altered, String... files) {
        world.put("directory " + ROOT.resolve(name), "");
        world.put("file " + ROOT.resolve(name).resolve("postgresql.auto.conf"), altered);
        for (String file : files) {
            world.put("file " + ROOT.resolve(name).resolve(file), "");
        }
        return this;
    }

    private List<String> wrong(Serves serves) {
        return KeptDirectories.wrong(world, ROOT, serves, BEFORE);
    }

    @Test
    void acceptsWhatEveryEndOfAMoveLeaves() {
        // a copy of a move that was undone, and the old primary of one that was completed
        directory(ASIDE, FOLLOWS + "work_mem = '8MB'\n", "standby.signal", "drover_pg_hba.conf");
        // what was the primary until its rollback is not made a standby again
        directory(ASIDE + "-2", FOLLOWS);
        directory(DATA, FOLLOWS, "standby.signal", "drover_pg_hba.conf");
        directory("agent", "");

        assertThat(wrong(Serves.STANDBY)).isEmpty();
    }

    @Test
    void acceptsAPrimaryWhoseSettingsAreAskedOfItsServer() {
        directory(DATA, FOLLOWS);

        assertThat(wrong(Serves.PRIMARY)).isEmpty();
    }

    @Test
    void seesTheSettingsOfAMoveInADirectoryThatWasSetAside() {
        directory(ASIDE, FOLLOWS + "restore_command = ''\nlisten_addresses = ''\n", "standby.signal");

        assertThat(wrong(Serves.NOTHING))
                .containsExactly(
                        "node_b: " + ASIDE + "/postgresql.auto.conf: [listen_addresses = '', restore_command = '']");
    }

    @Test
    void seesAPrimaryThatWouldBeAStandbyAfterARestart() {
        directory(DATA, "", "standby.signal", "recovery.signal", "drover_pg_hba.conf");
        world.put("in a data directory " + ROOT.resolve(DATA).resolve("postgresql.auto.conf.drover-new"), "");

        assertThat(wrong(Serves.PRIMARY))
                .containsExactly(
                        "node_b: " + DATA + "/recovery.signal",
                        "node_b: " + DATA + "/standby.signal of the primary",
                        "node_b: " + DATA + "/drover_pg_hba.conf of the primary",
                        "in a data directory /nodes/node_b/" + DATA + "/postgresql.auto.conf.drover-new");
    }

    @Test
    void seesAStandbyThatWouldTakeWritesAfterARestart() {
        directory(DATA, FOLLOWS + "wal_retrieve_retry_interval = '5ms'\n");

        assertThat(wrong(Serves.STANDBY))
                .containsExactly(
                        "node_b: " + DATA + "/standby.signal is missing",
                        "node_b: " + DATA + "/postgresql.auto.conf: [wal_retrieve_retry_interval = '5ms']");
    }
}
