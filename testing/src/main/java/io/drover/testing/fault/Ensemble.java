/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.cluster.LocalCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks ZooKeeper's servers who of them leads. */
final class Ensemble {
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int PORT = 2181;

    private Ensemble() {}

    /**
     * The server that leads now.
     *
     * @throws IllegalStateException when none does
     */
    static String leader(LocalCluster cluster) {
        return cluster.zookeepers().stream()
                .filter(id -> answer(cluster.network().host(id)).contains("Mode: leader"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no ZooKeeper server leads"));
    }

    private static String answer(String host) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, PORT), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }
}
