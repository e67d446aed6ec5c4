/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.agent.Facts;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Setting;
import io.drover.replication.ManagedSetting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the preflight is told of a server that does not exist: a healthy one, but for what a move may have changed. */
final class FakeFacts {
    static final int VERSION = 150_018;

    private static final long DATA = 1L << 30;
    private static final long DISK = 100L << 30;
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("autovacuum", "on"),
            Map.entry("data_checksums", "on"),
            Map.entry("default_transaction_read_only", "off"),
            Map.entry("fsync", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("hot_standby", "on"),
            Map.entry("max_connections", "100"),
            Map.entry("max_locks_per_transaction", "64"),
            Map.entry("max_prepared_transactions", "0"),
            Map.entry("max_replication_slots", "10"),
            Map.entry("max_slot_wal_keep_size", "-1"),
            Map.entry("max_standby_streaming_delay", "30000"),
            Map.entry("max_wal_senders", "10"),
            Map.entry("max_worker_processes", "8"),
            Map.entry("primary_conninfo", ""),
            Map.entry("primary_slot_name", ""),
            Map.entry("recovery_end_command", ""),
            Map.entry("recovery_min_apply_delay", "0"),
            Map.entry("recovery_target", ""),
            Map.entry("recovery_target_lsn", ""),
            Map.entry("recovery_target_name", ""),
            Map.entry("recovery_target_time", ""),
            Map.entry("recovery_target_timeline", "latest"),
            Map.entry("recovery_target_xid", ""),
            Map.entry("restore_command", ""),
            Map.entry("ssl", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("synchronous_standby_names", ""),
            Map.entry("wal_init_zero", "on"),
            Map.entry("wal_level", "replica"),
            Map.entry("wal_log_hints", "on"),
            Map.entry("wal_segment_size", Long.toString(Wal.SEGMENT)),
            Map.entry("wal_sender_timeout", "60000"));

    private FakeFacts() {}

    static InstanceFacts of(FakeServer server, List<String> leftovers, Set<String> journaled) {
        List<String> left = new ArrayList<>(leftovers);
        server.data.slots.names().stream()
                .filter(slot -> slot.startsWith("drover_"))
                .forEach(slot -> left.add("slot " + slot));
        return new InstanceFacts(
                server.data.instance,
                VERSION,
                server.recovering,
                server.data.timeline,
                settings(server),
                server.data.control().raw(),
                DATA,
                DISK / 2,
                DISK,
                slots(server),
                senders(server),
                server.recovering ? receiver(server) : null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                new TreeMap<>(Map.of("drover", "", "drover_repl", "", "drover_rewind", "")),
                unexplained(server, journaled),
                left,
                List.of(),
                FakeBlockers.lines(server),
                List.of(),
                new Facts.Archiver("off", "", "", 0, false),
                0,
                60,
                Map.of(),
                "");
    }

    private static Map<String, Setting> settings(FakeServer server) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        new TreeMap<>(DEFAULTS).forEach((name, value) -> settings.put(name, new Setting(value, "default", false)));
        settings.put("port", new Setting(Integer.toString(server.place.port()), "configuration file", false));
        server.loaded.forEach((name, value) -> settings.put(name, new Setting(value, "configuration file", false)));
        return settings;
    }

    private static Map<String, String> unexplained(FakeServer server, Set<String> journaled) {
        Map<String, String> unexplained = new TreeMap<>();
        for (ManagedSetting setting : ManagedSetting.values()) {
            String value = server.data.autoConf.get(setting.parameter());
            if (value != null && !journaled.contains(setting.parameter())) {
                unexplained.put(setting.parameter(), value);
            }
        }
        return unexplained;
    }

    private static List<FakeReceiver> receivers(FakeServer server) {
        return server.world.servers().stream()
                .map(each -> each.receiver)
                .filter(each -> each.streamsFrom(server))
                .toList();
    }

    private static @Nullable Integer pid(FakeReceiver receiver) {
        FakeBackend sender = receiver.sender();
        return sender == null ? null : sender.pid;
    }

    static List<Facts.Slot> slots(FakeServer server) {
        List<Facts.Slot> slots = new ArrayList<>();
        FakeSlots known = server.data.slots;
        known.names().forEach(name -> {
            List<FakeReceiver> users = receivers(server).stream()
                    .filter(each -> each.slot().equals(name))
                    .toList();
            slots.add(new Facts.Slot(
                    name,
                    "physical",
                    !users.isEmpty(),
                    users.isEmpty() ? null : pid(users.get(0)),
                    known.restart(name).orElse(null),
                    known.status(name)));
        });
        return slots;
    }

    private static List<Facts.Sender> senders(FakeServer server) {
        return receivers(server).stream()
                .map(each -> new Facts.Sender(
                        each.senderPid(),
                        each.application(),
                        "127.0.0.1",
                        each.state(),
                        each.replayed(),
                        server.synchronous().names().contains(each.application()) ? "sync" : "async",
                        each.slot()))
                .toList();
    }

    private static Facts.@Nullable Receiver receiver(FakeServer server) {
        return server.follows()
                .filter(follows -> server.receiver.streams())
                .map(follows -> new Facts.Receiver(
                        "streaming",
                        server.data.timeline,
                        follows.slot(),
                        follows.host(),
                        follows.port(),
                        server.replayPaused,
                        follows.application()))
                .orElse(null);
    }
}
