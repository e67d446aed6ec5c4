/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A network of its own for a cluster: every member in a network namespace with an address of its own, all on one bridge in a
 * namespace beside them, which this machine's own namespace reaches too. Namespaces and bridge carry the random name of the cluster's directory, so that what
 * a killed owner has left can be found.
 *
 * <p>A slow network has no bridge but a {@link DelaySwitch}.
 *
 * <p>A pair is cut by telling the sender a hardware address that nobody has: packets vanish without an answer, as they do in a
 * network that is broken, and a connection finds out by its own timeouts only. It needs no packet filter, and works in one
 * direction.
 */
public final class ClusterNetwork {
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final Path LINKS = Path.of("/sys/class/net");
    private static final String NOBODY = "02:00:00:00:00:00";
    private static final Pattern ETHERNET = Pattern.compile("link/ether ([0-9a-f:]{17})");
    /** No member's name. */
    private static final String SWITCH = "switch.";

    private static final String BRIDGE = "bridge";
    private static final int FIRST_ADDRESS = 10;
    private static final int NETWORKS = 256;

    private final String name;
    private final String prefix;
    private final Optional<Emulation> emulation;
    private final Map<String, String> hosts = new LinkedHashMap<>();

    private ClusterNetwork(String name, String prefix, Optional<Emulation> emulation) {
        this.name = name;
        this.prefix = prefix;
        this.emulation = emulation;
    }

    /**
     * Makes the network.
     *
     * @param emulation how slow it is; as fast as this machine when it is empty
     * @throws IllegalStateException when this machine or this user cannot make network namespaces
     */
    static ClusterNetwork create(Path directory, List<String> members, Optional<Emulation> emulation) {
        String name = nameOf(directory);
        ClusterNetwork network = new ClusterNetwork(name, freePrefix(name), emulation);
        try {
            if (emulation.isEmpty()) {
                network.makeBridge();
            }
            for (int i = 0; i < members.size(); i++) {
                network.add(members.get(i), i);
            }
            if (emulation.isPresent()) {
                network.addSelf();
                DelaySwitch.start(emulation.orElseThrow(), directory, network.ports());
            }
            return network;
        } catch (IllegalStateException e) {
            removeOf(directory);
            throw new IllegalStateException(
                    "cannot make a network of namespaces; this needs root, iproute2, and a kernel with network namespaces,"
                            + " veth and bridges: " + e.getMessage(),
                    e);
        }
    }

    /** Removes what there is of the network of a cluster's directory. */
    static void removeOf(Path directory) {
        String name = nameOf(directory);
        if (Files.isDirectory(NAMESPACES)) {
            try (Stream<Path> all = Files.list(NAMESPACES)) {
                all.map(path -> path.getFileName().toString())
                        .filter(namespace -> namespace.startsWith(name + "-"))
                        .forEach(namespace -> Command.run(List.of("ip", "netns", "delete", namespace)));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + NAMESPACES, e);
            }
        }
        if (Files.exists(LINKS.resolve(name))) {
            Command.run(List.of("ip", "link", "delete", name));
        }
    }

    /** The address of a member. */
    public String host(String member) {
        String host = hosts.get(member);
        if (host == null) {
            throw new IllegalArgumentException("no member '" + member + "' among " + hosts.keySet());
        }
        return host;
    }

    /** The command so that it runs in the member's namespace; files and processes stay common. */
    public List<String> inside(String member, List<String> command) {
        host(member);
        List<String> whole =
                new ArrayList<>(List.of("nsenter", "--net=" + NAMESPACES.resolve(namespace(member)), "--"));
        whole.addAll(command);
        return whole;
    }

    /** From now on nothing that the first sends arrives at the second; the other direction is not touched. */
    public void cut(String from, String to) {
        Command.succeed(List.of(
                "ip",
                "-n",
                namespace(from),
                "neighbour",
                "replace",
                host(to),
                "lladdr",
                NOBODY,
                "nud",
                "permanent",
                "dev",
                "eth0"));
    }

    /** Mends what {@link #cut} has cut. */
    public void mend(String from, String to) {
        Command.run(List.of("ip", "-n", namespace(from), "neighbour", "delete", host(to), "dev", "eth0"));
    }

    /** In a namespace of its own: the packet filter of this machine, such as a container engine's, drops what a bridge beside it carries. */
    private void makeBridge() {
        Command.succeed(List.of("ip", "netns", "add", namespace(SWITCH)));
        inSwitch("link", "add", BRIDGE, "type", "bridge");
        inSwitch("link", "set", BRIDGE, "up");
        Command.succeed(
                List.of("ip", "link", "add", name, "type", "veth", "peer", "name", "self", "netns", namespace(SWITCH)));
        inSwitch("link", "set", "self", "master", BRIDGE, "up");
        Command.succeed(List.of("ip", "address", "add", prefix + ".1/24", "dev", name));
        Command.succeed(List.of("ip", "link", "set", name, "up"));
    }

    private void inSwitch(String... words) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", namespace(SWITCH)));
        command.addAll(List.of(words));
        Command.succeed(command);
    }

    private void add(String member, int index) {
        String namespace = namespace(member);
        String outer = outer(index);
        String address = prefix + "." + (FIRST_ADDRESS + index);
        Command.succeed(List.of("ip", "netns", "add", namespace));
        if (emulation.isEmpty()) {
            inSwitch("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace);
            inSwitch("link", "set", outer, "master", BRIDGE, "up");
        } else {
            Command.succeed(
                    List.of("ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace));
            Command.succeed(List.of("ip", "link", "set", outer, "up"));
        }
        Command.succeed(List.of("ip", "-n", namespace, "address", "add", address + "/24", "dev", "eth0"));
        Command.succeed(List.of("ip", "-n", namespace, "link", "set", "eth0", "up"));
        Command.succeed(List.of("ip", "-n", namespace, "link", "set", "lo", "up"));
        hosts.put(member, address);
    }

    /** Where there is no bridge, this machine's own namespace is a member of the network like the others. */
    private void addSelf() {
        Command.succeed(List.of("ip", "link", "add", name, "type", "veth", "peer", "name", outer(hosts.size())));
        Command.succeed(List.of("ip", "address", "add", prefix + ".1/24", "dev", name));
        Command.succeed(List.of("ip", "link", "set", outer(hosts.size()), "up"));
        Command.succeed(List.of("ip", "link", "set", name, "up"));
    }

    /** The outer ends, with the hardware addresses of the inner ones. */
    private Map<String, String> ports() {
        Map<String, String> ports = new LinkedHashMap<>();
        for (String member : hosts.keySet()) {
            ports.put(outer(ports.size()), address(inside(member, List.of("ip", "-o", "link", "show", "eth0"))));
        }
        ports.put(outer(ports.size()), address(List.of("ip", "-o", "link", "show", name)));
        return ports;
    }

    private static String address(List<String> show) {
        Matcher matcher = ETHERNET.matcher(Command.succeed(show));
        if (!matcher.find()) {
            throw new IllegalStateException("no hardware address in the output of " + String.join(" ", show));
        }
        return matcher.group(1);
    }

    private String outer(int index) {
        return "v" + name.substring(1) + index;
    }

    private String namespace(String member) {
        return name + "-" + member;
    }

    // an interface's name has at most 15 characters
    private static String nameOf(Path directory) {
        String file = directory.getFileName().toString();
        return "drv" + file.substring(file.lastIndexOf('.') + 1);
    }

    private static String freePrefix(String name) {
        String routes = Command.run(List.of("ip", "-4", "route")).output();
        for (int i = 0; i < NETWORKS; i++) {
            String prefix = "10.213." + Math.floorMod(name.hashCode() + i, NETWORKS);
            if (!routes.contains(prefix + ".")) {
                return prefix;
            }
        }
        throw new IllegalStateException("every network of 10.213.0.0/16 is taken");
    }
}
