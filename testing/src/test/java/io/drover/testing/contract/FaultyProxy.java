/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.zookeeper.ZooDefs.OpCode;

/** Stands between clients and ZooKeeper: cuts, refuses, and loses a transaction or its answer together with the connection. */
public final class FaultyProxy implements AutoCloseable {
    private enum Loss {
        REQUEST,
        ANSWER
    }

    private final ServerSocket listening;
    private final int serverPort;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicReference<Loss> next = new AtomicReference<>();
    private volatile boolean refusing;

    /**
     * Lets clients in from now on.
     *
     * @param port its own; 0 for any that is free
     */
    public FaultyProxy(int port, int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listening = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        run(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** The next transaction does not reach the server. */
    void loseRequest() {
        next.set(Loss.REQUEST);
    }

    /** The next transaction is carried out, and its answer does not reach the client. */
    void loseAnswer() {
        next.set(Loss.ANSWER);
    }

    /** Whether the transaction that is to be lost has not come yet. */
    boolean awaitsLoss() {
        return next.get() != null;
    }

    /** Cuts every connection; new ones are accepted. */
    void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    /** Whether new connections are closed at once; who is in may stay. */
    void refuse(boolean refuse) {
        refusing = refuse;
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
                    }
                },
                "faulty-proxy");
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
            try {
                join(client);
            } catch (IOException e) {
                // The server is away at the moment; the next connection may find it.
                client.close();
            }
        }
    }

    private void join(Socket client) throws IOException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.addAll(List.of(client, server));
        AtomicInteger doomed = new AtomicInteger(Integer.MIN_VALUE);
        run(() -> forward(client, server, doomed, true));
        run(() -> forward(server, client, doomed, false));
    }

    private void forward(Socket from, Socket to, AtomicInteger doomed, boolean requests) throws IOException {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            boolean first = true;
            while (true) {
                byte[] frame = in.readNBytes(in.readInt());
                // The first frame each way opens the session and has no header.
                if (!first
                        && (requests
                                ? losesRequest(frame, doomed)
                                : doomed.get() == ByteBuffer.wrap(frame).getInt())) {
                    return;
                }
                first = false;
                ByteBuffer whole = ByteBuffer.allocate(frame.length + 4)
                        .putInt(frame.length)
                        .put(frame);
                out.write(whole.array());
                out.flush();
            }
        }
    }

    private boolean losesRequest(byte[] frame, AtomicInteger doomed) {
        ByteBuffer header = ByteBuffer.wrap(frame);
        int xid = header.getInt();
        if (header.getInt() != OpCode.multi) {
            return false;
        }
        if (next.compareAndSet(Loss.ANSWER, null)) {
            doomed.set(xid);
        }
        return next.compareAndSet(Loss.REQUEST, null);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
