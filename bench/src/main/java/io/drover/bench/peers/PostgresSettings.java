/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.testing.cluster.Psql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The settings of PostgreSQL that a switch or the load can feel, as the shard has them that Drover moves. Every peer is given the same,
 * and is asked afterwards whether it has them: some of these products compute settings of their own.
 */
record PostgresSettings(Map<String, String> values) {
    /** By the names of PostgreSQL 15. */
    static final List<String> NAMES = List.of(
            "max_connections",
            "superuser_reserved_connections",
            "shared_buffers",
            "work_mem",
            "fsync",
            "full_page_writes",
            "synchronous_commit",
            "synchronous_standby_names",
            "wal_level",
            "wal_log_hints",
            "wal_buffers",
            "wal_compression",
            "max_wal_size",
            "min_wal_size",
            "wal_keep_size",
            "max_wal_senders",
            "max_replication_slots",
            "checkpoint_timeout",
            "checkpoint_completion_target",
            "hot_standby",
            "autovacuum",
            "password_encryption");

    PostgresSettings {
        values = Map.copyOf(values);
    }

    /** As a server has them, with their units. */
    static PostgresSettings of(Psql server) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : NAMES) {
            values.put(name, server.run("postgres", "select current_setting('" + name + "')"));
        }
        return new PostgresSettings(values);
    }

    /** As lines of {@code postgresql.conf}. */
    String conf() {
        return lines("%s = '%s'");
    }

    /** As entries of a mapping in YAML, so far to the right. */
    String yaml(int indent) {
        return lines(" ".repeat(indent) + "%s: '%s'");
    }

    /** What a server has otherwise, in words; empty when it has all of these. */
    List<String> differences(PostgresSettings other) {
        List<String> found = new ArrayList<>();
        for (String name : NAMES) {
            if (!value(name).equals(other.value(name))) {
                found.add(name + " is '" + other.value(name) + "' instead of '" + value(name) + "'");
            }
        }
        return found;
    }

    private String value(String name) {
        return values.getOrDefault(name, "");
    }

    private String lines(String format) {
        return NAMES.stream()
                .filter(values::containsKey)
                .map(name -> format.formatted(name, value(name).replace("'", "''")))
                .collect(Collectors.joining("\n"));
    }
}
