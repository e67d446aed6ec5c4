/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** Stands between one client and a server: cuts, refuses, and swallows what is sent next together with the connection. */
final class Valve implements AutoCloseable {
    private enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int serverPort;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicReference<Direction> swallows = new AtomicReference<>();
    private volatile boolean refusing;

    Valve(int serverPort) throws IOException {
        this.serverPort = serverPort;
        run(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    void swallowNextRequest() {
        swallows.set(Direction.TO_SERVER);
    }

    void swallowNextAnswer() {
        swallows.set(Direction.TO_CLIENT);
    }

    /** Cuts every connection and refuses others. */
    void shut() throws IOException {
        refusing = true;
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    /** Lets nobody in; who is in may stay. */
    void refuse() {
        refusing = true;
    }

    void open() {
        refusing = false;
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
                        // One of the ends has closed; so do we.
                        return;
                    }
                },
                "valve");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            if (refusing) {
                client.close();
                continue;
            }
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            sockets.addAll(List.of(client, server));
            run(() -> forward(client, server, Direction.TO_SERVER));
            run(() -> forward(server, client, Direction.TO_CLIENT));
        }
    }

    private void forward(Socket from, Socket to, Direction direction) throws IOException {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (swallows.compareAndSet(direction, null)) {
                    return;
                }
                out.write(buffer, 0, length);
                out.flush();
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        shut();
    }
}
