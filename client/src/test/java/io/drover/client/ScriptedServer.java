/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that speaks PostgreSQL's protocol, simple queries only, and answers as a test says: by the beginning of the text, else that
 * all is well.
 */
final class ScriptedServer implements AutoCloseable {
    static final String INSTANCE = "7";

    private final ServerSocket socket;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String instance = INSTANCE;
    private volatile String recovers = "off";

    /** What becomes of a query. */
    enum Answer {
        /** Nothing is said, and the session is cut. */
        CUT,
        /** Nothing is said. */
        SILENCE,
        /** Refused; the session goes on. */
        ERROR,
        /** The same, by a function that takes the code of a broken session. */
        ERROR_08006,
        /** The administrator has ended the session. */
        FATAL_57P01,
        /** The session was idle in its transaction for too long. */
        FATAL_25P03,
        /** The server has died of it. */
        PANIC,
        /** Done, but the standby was no longer waited for. */
        WAIT_CANCELLED
    }

    ScriptedServer() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** How queries that begin so are answered from now on; null for well. */
    void answer(String beginning, Answer answer) {
        answers.compute(beginning, (text, before) -> answer);
    }

    void becomeInstance(String other) {
        instance = other;
    }

    /** What it says at a login, and when it is asked. */
    void recover(boolean now) {
        recovers = now ? "on" : "off";
    }

    /** All queries, in order. */
    List<String> asked() {
        return asked;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket session = socket.accept();
                Thread thread = new Thread(() -> serve(session), "scripted-session");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException ignored) {
                // the test is over
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
            for (String status : List.of(
                    "server_version\0" + "15.0\0", "client_encoding\0UTF8\0", "in_hot_standby\0" + recovers + "\0")) {
                message(out, 'S', bytes(status));
            }
            ready(out, 'I');
            char state = 'I';
            while (in.readUnsignedByte() == 'Q') {
                byte[] text = new byte[in.readInt() - Integer.BYTES];
                in.readFully(text);
                String query = new String(text, 0, text.length - 1, StandardCharsets.UTF_8);
                asked.add(query);
                state = state(query, state);
                if (!say(out, query, state)) {
                    return;
                }
            }
        } catch (IOException ignored) {
            // the client has left
        }
    }

    private static char state(String query, char before) {
        String word = query.toUpperCase(Locale.ROOT).split("[^A-Z]", 2)[0];
        return switch (word) {
            case "BEGIN" -> 'T';
            case "COMMIT", "ROLLBACK" -> 'I';
            default -> before;
        };
    }

    /** Answers a query; false when that ends the session. */
    private boolean say(DataOutputStream out, String query, char state) throws IOException {
        Answer answer = answers.entrySet().stream()
                .filter(entry -> query.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (answer == null) {
            done(out, query, state);
            return true;
        }
        switch (answer) {
            case CUT -> {
                return false;
            }
            case SILENCE -> {
                return true;
            }
            case ERROR -> refuse(out, "ERROR", "23505");
            case ERROR_08006 -> refuse(out, "ERROR", "08006");
            case FATAL_57P01 -> refuse(out, "FATAL", "57P01");
            case FATAL_25P03 -> refuse(out, "FATAL", "25P03");
            case PANIC -> refuse(out, "PANIC", "58030");
            case WAIT_CANCELLED -> {
                message(out, 'N', bytes("SWARNUNG\0C01000\0Mwartet nicht mehr\0RSyncRepWaitForLSN\0\0"));
                done(out, query, state);
                return true;
            }
        }
        boolean lives = answer == Answer.ERROR || answer == Answer.ERROR_08006;
        if (lives) {
            ready(out, state);
        }
        return lives;
    }

    private static void refuse(DataOutputStream out, String severity, String code) throws IOException {
        message(out, 'E', bytes("S" + severity + "\0C" + code + "\0Mno\0\0"));
        out.flush();
    }

    private void done(DataOutputStream out, String query, char state) throws IOException {
        if (query.contains("pg_control_system")) {
            row(out, instance);
        } else if (query.contains("pg_is_in_recovery")) {
            row(out, recovers.equals("on") ? "t" : "f");
        } else if (query.startsWith("SHOW TRANSACTION ISOLATION")) {
            row(out, "read committed");
        } else if (query.isEmpty()) {
            message(out, 'I', new byte[0]);
        } else {
            message(out, 'C', bytes(query.startsWith("insert") ? "INSERT 0 1\0" : query.split("[ ;]", 2)[0] + "\0"));
        }
        ready(out, state);
    }

    private static void row(DataOutputStream out, String value) throws IOException {
        ByteArrayOutputStream description = new ByteArrayOutputStream();
        try (DataOutputStream fields = new DataOutputStream(description)) {
            fields.writeShort(1);
            fields.write(bytes("value\0"));
            fields.writeInt(0);
            fields.writeShort(0);
            // text, of any length
            fields.writeInt(25);
            fields.writeShort(-1);
            fields.writeInt(-1);
            fields.writeShort(0);
        }
        message(out, 'T', description.toByteArray());
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DataOutputStream columns = new DataOutputStream(data)) {
            columns.writeShort(1);
            columns.writeInt(value.length());
            columns.write(bytes(value));
        }
        message(out, 'D', data.toByteArray());
        message(out, 'C', bytes("SELECT 1\0"));
    }

    private static void ready(DataOutputStream out, char state) throws IOException {
        message(out, 'Z', new byte[] {(byte) state});
        out.flush();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
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
