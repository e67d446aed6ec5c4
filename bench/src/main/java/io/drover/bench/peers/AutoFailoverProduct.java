/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.Waiting;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** pg_auto_failover: a monitor, which is a server of its own, and a keeper for each node. */
final class AutoFailoverProduct implements PeerProduct {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String MONITOR_DATABASE = "pg_auto_failover";
    private static final String PROGRAM = "/usr/bin/pg_autoctl";

    private final PeerSite site;
    private final PeerPrograms programs;
    private final PeerNode monitor;
    private final Map<String, String> secrets =
            Map.of("autoctl_node", PeerSite.secret(), "pgautofailover_replicator", PeerSite.secret());

    AutoFailoverProduct(PeerSite site) {
        this.site = site;
        PeerNode first = site.nodes().get(0);
        this.monitor = new PeerNode(
                0, site.ports().getAsInt(), site.directory().resolve("monitor"), first.socket(), site.user());
        Map<String, String> environment = new HashMap<>();
        environment.put("PGHOST", first.socket().toString());
        environment.put("PGPASSFILE", site.directory().resolve("pgpass").toString());
        for (String each : List.of("CONFIG_HOME", "DATA_HOME", "RUNTIME_DIR")) {
            Path directory = site.user().directory(site.directory().resolve("xdg_" + each), "rwx------");
            environment.put("XDG_" + each, directory.toString());
        }
        this.programs = site.programs(environment);
    }

    @Override
    public PeerPrograms programs() {
        return programs;
    }

    @Override
    public void create() {
        StringBuilder passwords = new StringBuilder();
        secrets.forEach((role, password) -> passwords.append("*:*:*:%s:%s%n".formatted(role, password)));
        site.write("pgpass", passwords.toString());
        createMonitor();
        PeerNode first = site.nodes().get(0);
        InitDb.run(programs, site, first, site.templates().fill("pg_auto_failover/node.conf", site.values(first)));
        createNode(first);
        setPassword(first.psql(), "postgres", "pgautofailover_replicator");
        // a copy of the first, with its settings
        createNode(site.nodes().get(1));
        if (!Waiting.within(LIMIT, this::isSettled)) {
            throw new IllegalStateException(
                    "pg_auto_failover has no primary with a standby within " + LIMIT + ": " + programs.tail("node_2"));
        }
    }

    private void createMonitor() {
        InitDb.run(
                programs, site, monitor, site.templates().fill("pg_auto_failover/monitor.conf", site.values(monitor)));
        // the monitor's own keeper comes over the socket, where else only the OS user may
        InitDb.allow(site, monitor, "local " + MONITOR_DATABASE + " autoctl_node scram-sha-256");
        programs.succeed(
                "create-monitor",
                LIMIT,
                command(
                        "create",
                        "monitor",
                        monitor,
                        "--pgport",
                        Integer.toString(monitor.port()),
                        "--hostname",
                        PeerNode.HOST,
                        "--skip-pg-hba",
                        "--no-ssl"));
        programs.start("monitor", command("run", "", monitor));
        setPassword(monitor.psql(), MONITOR_DATABASE, "autoctl_node");
    }

    private void createNode(PeerNode node) {
        programs.succeed(
                "create-" + node.name(),
                LIMIT,
                command(
                        "create",
                        "postgres",
                        node,
                        "--pgport",
                        Integer.toString(node.port()),
                        "--hostname",
                        PeerNode.HOST,
                        "--name",
                        node.name(),
                        "--dbname",
                        "app",
                        "--monitor",
                        "postgres://autoctl_node@" + monitor.address() + "/" + MONITOR_DATABASE + "?sslmode=disable",
                        "--replication-quorum",
                        "false",
                        "--skip-pg-hba",
                        "--no-ssl"));
        programs.start(node.name(), command("run", "", node));
    }

    /** As soon as the server is there and has the role. */
    private void setPassword(Psql server, String database, String role) {
        String sql = "alter role %s password '%s'".formatted(role, secrets.get(role));
        Waiting.until(role + " has a password", LIMIT, () -> server.succeeds(database, sql));
    }

    @Override
    public List<String> switchCommand(PeerNode from, PeerNode to) {
        return command("perform", "switchover", to);
    }

    @Override
    public boolean isSettled() {
        Waiting.pause(Duration.ofMillis(250));
        try {
            return isSettled(programs.succeed(
                    "state", LIMIT, command("show", "state", site.nodes().get(0), "--json")));
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Whether a listing shows a primary and a secondary, neither of them on its way to another state. */
    static boolean isSettled(String listing) {
        List<String> states = new ArrayList<>();
        for (JsonNode node : Json.read(listing.getBytes(StandardCharsets.UTF_8), JsonNode.class)) {
            String current = node.path("current_group_state").asText();
            if (!current.equals(node.path("assigned_group_state").asText())) {
                return false;
            }
            states.add(current);
        }
        return states.size() == 2 && states.contains("primary") && states.contains("secondary");
    }

    private static List<String> command(String verb, String object, PeerNode node, String... options) {
        List<String> command = new ArrayList<>(List.of(PROGRAM, verb));
        if (!object.isEmpty()) {
            command.add(object);
        }
        command.addAll(List.of("--pgdata", node.data().toString()));
        command.addAll(List.of(options));
        return command;
    }
}
