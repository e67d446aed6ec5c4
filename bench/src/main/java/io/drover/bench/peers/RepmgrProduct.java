/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** repmgr with an ssh server of its own. Its daemon, repmgrd, has no part in a planned switchover, and does not run. */
final class RepmgrProduct implements PeerProduct {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final PeerSite site;
    private final PeerPrograms programs;
    private final int sshPort;
    private final Path passfile;
    private final String password = PeerSite.secret();

    RepmgrProduct(PeerSite site) {
        this.site = site;
        this.sshPort = site.ports().getAsInt();
        this.passfile = site.directory().resolve("pgpass");
        this.programs = site.programs(Map.of("PGPASSFILE", passfile.toString()));
    }

    @Override
    public PeerPrograms programs() {
        return programs;
    }

    @Override
    public void create() {
        startSsh();
        site.write("pgpass", "*:*:*:repmgr:" + password + "\n");
        for (PeerNode node : site.nodes()) {
            Map<String, Object> values = site.values(node);
            values.put("passfile", passfile);
            values.put("ssh_port", sshPort);
            values.put("log", log(node));
            site.write(node.name() + ".conf", site.templates().fill("repmgr/repmgr.conf", values));
        }
        PeerNode first = site.nodes().get(0);
        InitDb.run(
                programs,
                site,
                first,
                site.templates().fill("repmgr/postgresql.conf", site.values(first)) + port(first));
        startServer(first);
        first.psql().run("postgres", """
                create role repmgr superuser login replication password '%s';
                create database repmgr owner repmgr;
                """.formatted(password));
        repmgr("register-node_1", first, "primary", "register");
        PeerNode second = site.nodes().get(1);
        repmgr(
                "clone",
                second,
                "-h",
                PeerNode.HOST,
                "-p",
                Integer.toString(first.port()),
                "-U",
                "repmgr",
                "-d",
                "repmgr",
                "standby",
                "clone",
                "--fast-checkpoint");
        InitDb.append(second, port(second));
        startServer(second);
        repmgr("register-node_2", second, "standby", "register", "--wait-sync");
        if (!Waiting.within(LIMIT, this::isSettled)) {
            throw new IllegalStateException(
                    "repmgr sees no primary with a standby within " + LIMIT + ": " + programs.tail("show"));
        }
    }

    private static String port(PeerNode node) {
        return "\nport = " + node.port() + "\n";
    }

    private void startServer(PeerNode node) {
        programs.succeed(
                "start-" + node.name(),
                LIMIT,
                List.of(PeerPrograms.postgres("pg_ctl"), "-D", node.data().toString(), "-l", log(node), "-w", "start"));
    }

    /** The server writes it, so it belongs to the server's user. */
    private String log(PeerNode node) {
        return site.directory().resolve(node.name() + "-postgresql.log").toString();
    }

    /** Keys that are made for this run and go with its directory. */
    private void startSsh() {
        for (String key : List.of("host_key", "client_key")) {
            programs.succeed(
                    "keygen",
                    LIMIT,
                    List.of(
                            "/usr/bin/ssh-keygen",
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-f",
                            site.directory().resolve(key).toString()));
        }
        try {
            String hostKey = Files.readString(site.directory().resolve("host_key.pub"));
            site.write("known_hosts", "[" + PeerNode.HOST + "]:" + sshPort + " " + hostKey);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the key of the ssh server", e);
        }
        Path configuration = site.write(
                "sshd_config",
                site.templates()
                        .fill(
                                "repmgr/sshd_config",
                                Map.of(
                                        "directory",
                                        site.directory(),
                                        "user",
                                        site.user().name(),
                                        "ssh_port",
                                        sshPort)));
        programs.start("sshd", List.of("/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString()));
    }

    @Override
    public List<String> switchCommand(PeerNode from, PeerNode to) {
        return command(to, "standby", "switchover");
    }

    @Override
    public boolean isSettled() {
        Waiting.pause(Duration.ofMillis(250));
        try {
            // it fails when a node is not what its record says
            repmgr("show", site.nodes().get(0), "cluster", "show");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private void repmgr(String name, PeerNode node, String... arguments) {
        programs.succeed(name, LIMIT, command(node, arguments));
    }

    private List<String> command(PeerNode node, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                PeerPrograms.postgres("repmgr"),
                "-f",
                site.directory().resolve(node.name() + ".conf").toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
