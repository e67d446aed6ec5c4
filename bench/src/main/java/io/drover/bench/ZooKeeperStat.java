/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What ZooKeeper's servers tell of themselves, by their command {@code mntr}. */
record ZooKeeperStat(List<Map<String, String>> servers) {
    private static final int TIMEOUT_MILLIS = 10_000;

    static ZooKeeperStat of(List<Integer> ports) {
        return new ZooKeeperStat(ports.stream().map(ZooKeeperStat::ask).toList());
    }

    /** Whether all of them serve. */
    boolean serves() {
        return servers.stream().allMatch(server -> server.containsKey("zk_server_state"));
    }

    /** Requests that have come since their start. */
    long requests() {
        return sum("zk_packets_received");
    }

    long sessions() {
        return sum("zk_num_alive_connections");
    }

    long watches() {
        return sum("zk_watch_count");
    }

    /** Znodes of the whole; every server has them all. */
    long znodes() {
        return servers.stream()
                .mapToLong(server -> number(server, "zk_znode_count"))
                .max()
                .orElse(0);
    }

    private long sum(String name) {
        return servers.stream().mapToLong(server -> number(server, name)).sum();
    }

    private static long number(Map<String, String> server, String name) {
        return Long.parseLong(server.getOrDefault(name, "0"));
    }

    private static Map<String, String> ask(int port) {
        Map<String, String> told = new TreeMap<>();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write("mntr".getBytes(StandardCharsets.US_ASCII));
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(line -> line.split("\t", 2))
                    .filter(parts -> parts.length == 2)
                    .forEach(parts -> told.put(parts[0], parts[1].strip()));
            return told;
        } catch (IOException e) {
            // not there yet, or any more: it tells nothing
            return Map.of();
        }
    }
}
