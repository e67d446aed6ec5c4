/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A port of this machine behind which a server is from now on. */
final class PortForward implements AutoCloseable {
    private final ServerSocket listening;
    private final int server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private PortForward(ServerSocket listening, int server) {
        this.listening = listening;
        this.server = server;
    }

    static PortForward between(int port, int server) throws IOException {
        PortForward forward = new PortForward(new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1")), server);
        run(forward::accept);
        return forward;
    }

    private interface Body {
        void run() throws IOException;
    }

    private static void run(Body body) {
        Thread thread = new Thread(
                () -> {
                    try {
                        body.run();
                    } catch (IOException e) {
                        // one of the ends has closed; so do we
                        return;
                    }
                },
                "port-forward");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            Socket to = new Socket("127.0.0.1", server);
            sockets.addAll(List.of(client, to));
            run(() -> copy(client, to));
            run(() -> copy(to, client));
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
