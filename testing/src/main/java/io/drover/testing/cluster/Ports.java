/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Chooses ports: the usual one where it is free, else another. */
final class Ports {
    // below the range that the kernel takes the ports of outgoing connections from
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int TRIES = 500;
    // JVMs that start a cluster at the same time each have a range: a port is free until a daemon takes it, seconds
    // later
    private static final int RANGES = 4;
    private static final int RANGE = (HIGHEST - LOWEST) / RANGES;
    private static final int FIRST = LOWEST + Integer.getInteger("fork", 0) % RANGES * RANGE;

    private final boolean usual;
    private final Random random = new Random();
    private final Set<Integer> taken = new HashSet<>();

    /** Chooses the usual ports where they are free, or others always. */
    Ports(boolean usual) {
        this.usual = usual;
    }

    /**
     * A port that is free on every one of the addresses.
     *
     * @throws IllegalStateException when none is found
     */
    int choose(int preferred, List<String> hosts) {
        int candidate = usual ? preferred : other();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int port = candidate;
            if (!taken.contains(port) && hosts.stream().allMatch(host -> isFree(host, port))) {
                taken.add(port);
                return port;
            }
            candidate = other();
        }
        throw new IllegalStateException("no free port on " + hosts);
    }

    private int other() {
        return FIRST + random.nextInt(RANGE);
    }

    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
