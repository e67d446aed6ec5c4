/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.testing.cluster.Waiting;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Patroni with etcd. */
final class PatroniProduct implements PeerProduct {
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(30);
    private static final Duration CREATE_LIMIT = Duration.ofMinutes(3);
    private static final int YAML_INDENT = 8;
    /** A standby that streams is one or the other, by the version. */
    private static final Set<String> RUNNING = Set.of("running", "streaming");

    private final PeerSite site;
    private final PeerPrograms programs;
    private final int etcdPort;
    private final int etcdPeerPort;
    private final Map<String, String> secrets = Map.of(
            "superuser_password", PeerSite.secret(),
            "replication_password", PeerSite.secret(),
            "rewind_password", PeerSite.secret());

    PatroniProduct(PeerSite site) {
        this.site = site;
        this.programs = site.programs(Map.of());
        this.etcdPort = site.ports().getAsInt();
        this.etcdPeerPort = site.ports().getAsInt();
    }

    @Override
    public PeerPrograms programs() {
        return programs;
    }

    @Override
    public void create() {
        Path etcd = site.write(
                "etcd.yml",
                site.templates()
                        .fill(
                                "patroni/etcd.yml",
                                Map.of(
                                        "directory",
                                        site.directory(),
                                        "etcd_port",
                                        etcdPort,
                                        "etcd_peer_port",
                                        etcdPeerPort)));
        programs.start("etcd", List.of("/usr/bin/etcd", "--config-file", etcd.toString()));
        for (PeerNode node : site.nodes()) {
            Map<String, Object> values = site.values(node);
            values.putAll(secrets);
            values.put("etcd_port", etcdPort);
            values.put("rest_port", site.ports().getAsInt());
            values.put("postgres_yaml", site.settings().yaml(YAML_INDENT));
            Path file = site.write(node.name() + ".yml", site.templates().fill("patroni/patroni.yml", values));
            programs.start(node.name(), List.of("/usr/bin/python3", "/usr/bin/patroni", file.toString()));
        }
        if (!Waiting.within(CREATE_LIMIT, this::isSettled)) {
            throw new IllegalStateException("Patroni has no primary with a standby within " + CREATE_LIMIT + ": "
                    + programs.tail(site.nodes().get(0).name()));
        }
    }

    @Override
    public List<String> switchCommand(PeerNode from, PeerNode to) {
        return List.of(
                "/usr/bin/patronictl",
                "-c",
                configuration(to),
                "switchover",
                "bench",
                "--leader",
                from.name(),
                "--candidate",
                to.name(),
                "--force");
    }

    @Override
    public boolean isSettled() {
        // it is an interpreter's start each time, which the load would feel
        Waiting.pause(Duration.ofMillis(500));
        try {
            return isSettled(programs.succeed(
                    "list",
                    COMMAND_LIMIT,
                    List.of(
                            "/usr/bin/patronictl",
                            "-c",
                            configuration(site.nodes().get(0)),
                            "list",
                            "-f",
                            "json")));
        } catch (IllegalStateException e) {
            // etcd does not answer yet
            return false;
        }
    }

    /** Whether a listing shows a leader and a replica on its timeline, both running. */
    static boolean isSettled(String listing) {
        JsonNode members = Json.read(listing.getBytes(StandardCharsets.UTF_8), JsonNode.class);
        int leaders = 0;
        int followers = 0;
        for (JsonNode member : members) {
            boolean running = RUNNING.contains(member.path("State").asText())
                    && member.path("TL").asInt() == members.get(0).path("TL").asInt(-1);
            if (running && member.path("Role").asText().equals("Leader")) {
                leaders++;
            } else if (running && member.path("Lag in MB").isNumber()) {
                followers++;
            }
        }
        return leaders == 1 && followers == 1;
    }

    private String configuration(PeerNode node) {
        return site.directory().resolve(node.name() + ".yml").toString();
    }
}
