/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import io.drover.testing.ledger.Pauses;
import io.drover.testing.plain.ClientsPage;
import io.drover.testing.plain.HaProxy;
import io.drover.testing.plain.JdbcClient;
import io.drover.testing.plain.PlainClient;
import io.drover.testing.plain.PlainWriter;
import io.drover.testing.plain.PsqlClient;
import io.drover.testing.plain.PythonClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every client of docs/clients.md, each with its example from there, writing for a scene. */
final class PlainClients implements AutoCloseable {
    private static final int FIRST_WRITER = 300;

    private final Scene scene;
    private final Path directory;
    private final HaProxy proxy;
    private final List<PlainWriter> writers = new ArrayList<>();
    private boolean stopped;
    private long mark = System.nanoTime();

    private PlainClients(Scene scene, Path directory, HaProxy proxy) {
        this.scene = scene;
        this.directory = directory;
        this.proxy = proxy;
    }

    static PlainClients start(Scene scene) {
        LocalCluster cluster = scene.cluster();
        ClientsPage page = ClientsPage.read(cluster.projectRoot());
        Path directory = cluster.osUser().directory(cluster.directory().resolve("clients-" + scene.run()), "rwx------");
        int port = cluster.freePort();
        Map<String, String> agents = new HashMap<>(addresses(cluster));
        agents.put("8090", Integer.toString(cluster.nodes().get(0).agentPort()));
        // not on every address of the machine
        agents.put(":5000", "127.0.0.1:" + port);
        PlainClients clients =
                new PlainClients(scene, directory, HaProxy.start(page.example("HAProxy", agents), directory, port));
        Map<String, String> hosts = addresses(cluster);
        String password = cluster.password();
        try {
            clients.add(jdbc("pgjdbc", page.example("pgjdbc", hosts), password));
            clients.add(new PsqlClient(page.example("libpq and psql", hosts).strip(), password));
            for (String python : List.of("psycopg2", "psycopg 3")) {
                clients.add(PythonClient.start(python, page.example(python, hosts), directory, password));
            }
            Map<String, String> proxied = Map.of("10.0.0.10", "127.0.0.1", "5000", Integer.toString(port));
            clients.add(jdbc("HAProxy", page.example("Behind HAProxy", proxied), password));
            clients.awaitWrites(20);
            return clients;
        } catch (RuntimeException e) {
            clients.close();
            throw e;
        }
    }

    private static PlainClient jdbc(String name, String url, String password) {
        return new JdbcClient(name, url.strip(), LocalCluster.USER, password);
    }

    private static Map<String, String> addresses(LocalCluster cluster) {
        Map<String, String> addresses = new HashMap<>();
        List<ClusterNode> nodes = cluster.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            addresses.put("10.0.0." + (i + 1), nodes.get(i).host());
        }
        addresses.put("5432", Integer.toString(cluster.shardPort()));
        return addresses;
    }

    private void add(PlainClient client) {
        PlainWriter writer = PlainWriter.start(client, scene.run(), FIRST_WRITER + writers.size());
        writers.add(writer);
        scene.count(writer.log());
    }

    List<PlainWriter> writers() {
        return List.copyOf(writers);
    }

    long acked() {
        return writers.stream()
                .mapToLong(writer -> writer.log().count(Outcome.ACKED))
                .sum();
    }

    /** From here on pauses and failed logins are looked for. */
    void mark() {
        mark = System.nanoTime();
        writers.forEach(PlainWriter::forgetRefusedLogins);
    }

    /** Waits until each of them has written so often again. */
    void awaitWrites(int count) {
        for (PlainWriter writer : writers) {
            AckLog log = writer.log();
            long goal = log.count(Outcome.ACKED) + count;
            Waiting.until(
                    writer.name() + " writes; logins that failed: " + writer.refusedLogins() + ", errors: "
                            + writer.errors(),
                    Scene.WRITING_LIMIT,
                    () -> log.count(Outcome.ACKED) >= goal);
        }
    }

    /** Ends the writers, so that their rows can be counted, and leaves what they saw among the cluster's logs. */
    void stop() {
        stopped = true;
        String report = report();
        writers.forEach(PlainWriter::close);
        try {
            Files.writeString(directory.resolve("report.log"), report);
        } catch (IOException e) {
            throw new UncheckedIOException("no report in " + directory, e);
        }
    }

    /** What each of them saw, for people. */
    private String report() {
        StringBuilder text = new StringBuilder();
        long now = System.nanoTime();
        for (PlainWriter writer : writers) {
            AckLog log = writer.log();
            double gap = Pauses.between(List.of(log), mark, now, mark, now).worstWriterMillis();
            text.append(String.format(
                    Locale.ROOT,
                    "%-10s acknowledged %4d, longest gap %6.0f ms, sessions %d, ended %d, failed logins %d, errors %d,"
                            + " unknown commits %d%n",
                    writer.name(),
                    log.count(Outcome.ACKED),
                    gap,
                    writer.sessions(),
                    writer.ends().size(),
                    writer.refusedLogins().size(),
                    writer.errors().size(),
                    log.count(Outcome.UNKNOWN)));
            writer.ends().forEach(end -> text.append("    ended: ").append(end).append("\n"));
            writer.refusedLogins().stream()
                    .distinct()
                    .limit(5)
                    .forEach(
                            login -> text.append("    no login: ").append(login).append("\n"));
            writer.errors()
                    .forEach(error -> text.append("    error: ").append(error).append("\n"));
        }
        return text.toString();
    }

    @Override
    public void close() {
        try (proxy) {
            if (!stopped) {
                stop();
            }
        }
    }
}
