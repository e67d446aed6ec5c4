/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.containers.SystemdNode;
import io.drover.testing.ledger.AckFile;
import io.drover.testing.ledger.AckLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The host whose service writes through the client kit. */
final class LoadHost {
    private static final Duration LIMIT = Duration.ofSeconds(100);
    /** Writers of a service that was started again have numbers of their own. */
    private static final int NUMBERS = 100;
    /** The words of a line of a log that name the server. */
    private static final int NODE = 5;

    private static final int ADDRESS = 6;

    private final Installation installation;
    private final SystemdNode machine;
    private int run;
    private int starts;

    LoadHost(Installation installation) {
        this.installation = installation;
        this.machine = installation.machine("load");
    }

    /** Starts the writers of a run. */
    void begin(int number) {
        run = number;
        starts = 0;
        again();
    }

    /** Starts more writers of the same run, behind a reboot. */
    void again() {
        starts++;
        machine.run("systemctl start load@%d-%d".formatted(run, starts * NUMBERS));
    }

    /** Ends them, each after the write that it is in. */
    void end() {
        machine.run(LIMIT, "systemctl stop 'load@*'");
    }

    /** What the service says of its end, of all its starts. */
    String ending() {
        return machine.run(
                "tail -n +1 /var/lib/load/%d/end-* || journalctl -n 30 --no-pager -u 'load@*'".formatted(run));
    }

    /** What the writers know. */
    List<AckLog> logs(Path into) throws IOException {
        machine.copyOut("/var/lib/load/" + run, into);
        try (Stream<Path> files = Files.list(into.resolve(String.valueOf(run)))) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().startsWith(AckLog.Kind.KIT.name()))
                    .sorted()
                    .toList();
            found.forEach(this::nameNodes);
            return found.stream().map(AckFile::read).toList();
        }
    }

    /** A server is known by its address: an adopted one has the name that its owner has given it. */
    private void nameNodes(Path log) {
        Map<String, String> nodes = installation.hosts(Host.Role.NODE).stream()
                .collect(Collectors.toMap(
                        host -> installation.address(host.name()) + ":" + Postgres.PORT,
                        host -> "node_" + host.name()));
        try {
            String text = Files.readString(log);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            Files.writeString(
                    log, whole.lines().map(line -> named(line, nodes)).collect(Collectors.joining("\n", "", "\n")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + log, e);
        }
    }

    private static String named(String line, Map<String, String> nodes) {
        // a cluster's name may hold a space
        String[] words = line.split(" ");
        if (words.length <= ADDRESS) {
            return line;
        }
        words[NODE] = nodes.getOrDefault(words[ADDRESS], words[NODE]);
        return String.join(" ", words);
    }
}
