/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.containers.Machine;
import io.drover.containers.MachineNetwork;
import io.drover.containers.SystemdNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Bare machines that playbooks make an installation of. Nothing else enters a machine, except to break it, to start and end the load, and to
 * read evidence.
 */
final class Installation implements AutoCloseable {
    static final String SHARD = "shard_01";
    static final String PASSWORD = "of-the-test-only";
    /** The host that has the shard's cluster before Drover comes. */
    static final String ADOPTED = "a";

    private final Path directory;
    private final List<Host> hosts;
    private final MachineNetwork network;
    private final Map<String, SystemdNode> machines = new LinkedHashMap<>();
    private final List<Playbooks.Outcome> steps = new ArrayList<>();
    private final Playbooks playbooks;
    private Duration tookToFirstMove = Duration.ZERO;

    private Installation(Path directory, List<Host> hosts, MachineNetwork network, ControlHost control) {
        this.directory = directory;
        this.hosts = hosts;
        this.network = network;
        this.playbooks = new Playbooks(control, Settings.project(), inventory(), directory);
    }

    /** Boots the machines, and lets the playbooks set them up as far as they are not. */
    static Installation open() throws IOException {
        Path directory = Files.createDirectories(Settings.directory());
        OldEvidence.clear(directory, Settings.keep());
        // where ZooKeeper and controllers have hosts of their own, nodes may have another release
        boolean full = Settings.everything() || !Settings.suite().equals(Settings.USUAL_SUITE);
        List<Host> hosts = full ? Host.full() : Host.small();
        ControlHost control = ControlHost.of(Settings.suite(), Settings.project(), directory);
        MachineNetwork network = MachineNetwork.open(Settings.name(), Settings.subnet());
        Installation installation = new Installation(directory, hosts, network, control);
        try {
            installation.boot();
            if (!installation.isSetUp()) {
                installation.setUp();
                Files.writeString(installation.ready(), installation.ids());
            }
            return installation;
        } catch (IOException | RuntimeException | Error e) {
            installation.saveJournals();
            installation.close();
            throw e;
        }
    }

    private void boot() throws IOException {
        Keys keys = Keys.in(directory.resolve("keys"));
        List<CompletableFuture<SystemdNode>> booting = new ArrayList<>();
        Set<String> suites = new HashSet<>();
        for (Host host : hosts) {
            String address = network.address(host.number());
            String suite = host.is(Host.Role.NODE) ? Settings.suite() : Settings.USUAL_SUITE;
            Machine machine =
                    new Machine(suite, host.name(), new Machine.Place(network, address), keys.of(host.name()));
            keys.know(host.name(), address);
            // each image is made by the first of its machines
            if (suites.add(suite)) {
                booting.add(CompletableFuture.completedFuture(SystemdNode.boot(machine)));
            } else {
                booting.add(CompletableFuture.supplyAsync(() -> SystemdNode.boot(machine)));
            }
        }
        booting.forEach(one -> machines.put(one.join().name(), one.join()));
        Files.writeString(inventory(), Inventory.of(hosts, network, keys, Settings.project()));
    }

    private void setUp() throws IOException {
        playbooks.runOfTest("existing.yml");
        long begun = System.nanoTime();
        steps.add(playbooks.run("site.yml"));
        steps.add(playbooks.run(
                "adopt-shard.yml",
                "shard=" + SHARD,
                "node=node_" + ADOPTED,
                "cluster=" + Settings.postgres() + "/main",
                "database=app"));
        tookToFirstMove = Duration.ofNanos(System.nanoTime() - begun);
        playbooks.run("client-cert.yml", "name=load");
        playbooks.runOfTest("load.yml", "load_archive=" + loadArchive(), "shard=" + SHARD);
    }

    /** Jars of the client kit and of the writers. */
    private Path loadArchive() throws IOException {
        Path archive = directory.resolve("load.tar");
        Path target = Settings.project().resolve("testing/target");
        Programs.run(
                target,
                Duration.ofMinutes(1),
                directory.resolve("load-archive.log"),
                List.of(
                        "bash",
                        "-c",
                        "tar -cf \"$0\" --transform 's,^drover-testing-[^/]*jar$,lib/&,' lib drover-testing-*.jar",
                        archive.toString()));
        return archive;
    }

    Path directory() {
        return directory;
    }

    private Path inventory() {
        return directory.resolve("inventory.yml");
    }

    /** These very machines: an earlier run may have had others of the same names. */
    private boolean isSetUp() throws IOException {
        return Settings.keep()
                && Files.exists(ready())
                && Files.readString(ready()).equals(ids());
    }

    private String ids() {
        return machines.values().stream().map(SystemdNode::id).sorted().collect(Collectors.joining("\n"));
    }

    private Path ready() {
        return directory.resolve("set-up");
    }

    Path secrets() {
        return directory.resolve("secrets");
    }

    Playbooks playbooks() {
        return playbooks;
    }

    /** What the operator has run up to the adopted shard, and how long it took. */
    List<Playbooks.Outcome> steps() {
        return List.copyOf(steps);
    }

    Duration tookToAdopt() {
        return tookToFirstMove;
    }

    SystemdNode machine(String host) {
        SystemdNode machine = machines.get(host);
        if (machine == null) {
            throw new IllegalArgumentException("there is no host " + host + " among " + machines.keySet());
        }
        return machine;
    }

    List<Host> hosts() {
        return hosts;
    }

    List<Host> hosts(Host.Role role) {
        return hosts.stream().filter(host -> host.is(role)).toList();
    }

    /** Where the shard lies on a host: the adopted cluster comes home to its own place. */
    static String dataDirectory(String host) {
        return host.equals(ADOPTED)
                ? "/var/lib/postgresql/" + Settings.postgres() + "/main"
                : "/var/lib/drover/" + SHARD + "/data";
    }

    String address(String host) {
        return hosts.stream()
                .filter(one -> one.name().equals(host))
                .map(one -> network.address(one.number()))
                .findFirst()
                .orElseThrow();
    }

    /** As daemons and clients are given it. */
    String zookeepers() {
        return hosts(Host.Role.ZOOKEEPER).stream()
                        .map(host -> address(host.name()) + ":2281")
                        .collect(Collectors.joining(","))
                + "/drover";
    }

    void saveJournals() throws IOException {
        for (SystemdNode machine : machines.values()) {
            machine.saveJournal(directory);
        }
    }

    @Override
    public void close() {
        if (Settings.keep()) {
            return;
        }
        machines.values().forEach(SystemdNode::close);
        network.close();
    }
}
