/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * As much of a PostgreSQL server as a driver needs to log in, and a pool to see that its session lives: simple queries only. For what is
 * measured between two statements, when no server has anything to do.
 */
final class LoginServer implements AutoCloseable {
    /** What the driver must not do otherwise. */
    static final Map<String, String> DRIVER =
            Map.of("preferQueryMode", "simple", "sslmode", "disable", "assumeMinServerVersion", "14");

    private static final int TEXT = 25;
    private static final short ANY_LENGTH = -1;

    private final ServerSocket socket;
    private final String instance;

    /** Starts it; answers {@code instance} to who asks for the system identifier. */
    LoginServer(String instance) throws IOException {
        this.instance = instance;
        this.socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "login-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket session = socket.accept();
                start(() -> serve(session));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket session) {
        try (session) {
            DataInputStream in = new DataInputStream(session.getInputStream());
            DataOutputStream out = new DataOutputStream(session.getOutputStream());
            in.readFully(new byte[in.readInt() - Integer.BYTES]);
            // authenticated, what a driver wants to know, ready for a query (PostgreSQL: Message Formats)
            message(out, 'R', new byte[Integer.BYTES]);
            for (String status : List.of("server_version\0" + "15.0", "client_encoding\0UTF8", "in_hot_standby\0off")) {
                message(out, 'S', text(status));
            }
            ready(out);
            while (in.read() == 'Q') {
                byte[] query = new byte[in.readInt() - Integer.BYTES];
                in.readFully(query);
                answer(out, new String(query, 0, query.length - 1, StandardCharsets.UTF_8));
                ready(out);
            }
        } catch (IOException ignored) {
            // the client has left
        }
    }

    private void answer(DataOutputStream out, String query) throws IOException {
        if (query.isEmpty()) {
            message(out, 'I', new byte[0]);
        } else if (query.contains("pg_control_system")) {
            row(out, instance);
        } else if (query.startsWith("SHOW TRANSACTION ISOLATION")) {
            row(out, "read committed");
        } else {
            message(out, 'C', text("SET"));
        }
    }

    private static void row(DataOutputStream out, String value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(bytes);
        fields.writeShort(1);
        fields.write(text("value"));
        fields.writeInt(0);
        fields.writeShort(0);
        fields.writeInt(TEXT);
        fields.writeShort(ANY_LENGTH);
        fields.writeInt(-1);
        fields.writeShort(0);
        message(out, 'T', bytes.toByteArray());
        bytes.reset();
        fields.writeShort(1);
        fields.writeInt(value.length());
        fields.write(value.getBytes(StandardCharsets.UTF_8));
        message(out, 'D', bytes.toByteArray());
        message(out, 'C', text("SELECT 1"));
    }

    private static void ready(DataOutputStream out) throws IOException {
        message(out, 'Z', new byte[] {'I'});
        out.flush();
    }

    private static byte[] text(String value) {
        return (value + "\0").getBytes(StandardCharsets.UTF_8);
    }

    private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
        out.writeByte(type);
        out.writeInt(Integer.BYTES + body.length);
        out.write(body);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
