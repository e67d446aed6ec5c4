/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.replication.PgBouncer.Database;
import io.drover.replication.PgBouncer.Link;
import io.drover.replication.PgBouncer.Pools;
import io.drover.replication.PgBouncerPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One PgBouncer process: what it holds, where it leads, and who is linked to which server. Thread-safe. */
public final class FakePgBouncer {
    private static final Pattern LINE =
            Pattern.compile("(?m)^(\\S+) = host=(\\S+) port=(\\d+) dbname=(\\S+)(?:.*? pool_size=(\\d+))?");
    private static final int FIRST_LOCAL_PORT = 40_000;

    private final PgBouncerPlace place;
    private final Path include;
    private final String mode;
    private final Map<String, Where> databases = new LinkedHashMap<>();
    private final Set<String> paused = new HashSet<>();
    /** Server connections of a database that no client has. */
    private final Map<String, Integer> idle = new HashMap<>();

    private final Set<String> crowded = new HashSet<>();
    private final Set<String> disabled = new HashSet<>();
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "server_login_retry",
            "1",
            "query_wait_timeout",
            "120",
            "query_timeout",
            "0",
            "min_pool_size",
            "0",
            "pool_mode",
            "session"));
    private final List<Client> clients = new ArrayList<>();
    private boolean includes = true;
    private boolean dead;
    private boolean frozen;
    private int pauses;
    private int localPort = FIRST_LOCAL_PORT;

    private record Where(String host, int port, String database) {}

    FakePgBouncer(PgBouncerPlace place, Path include, String mode) {
        this.place = place;
        this.include = include;
        this.mode = mode;
        reload();
    }

    PgBouncerPlace place() {
        return place;
    }

    /** Its ini does not include the file any more, from the next reload on. */
    public synchronized void forgetInclude() {
        includes = false;
    }

    /** Stands still: listens, and answers nobody. */
    public synchronized void freeze(boolean stands) {
        frozen = stands;
    }

    /** A setting of its ini. */
    public synchronized void set(String name, String value) {
        settings.put(name, value);
    }

    /** Server connections that clients have left open. */
    public synchronized void leaveIdle(String name, int connections) {
        idle.put(name, connections);
    }

    /** Another client wants a server connection, and there is none for it. */
    public synchronized void letWait(String name) {
        crowded.add(name);
    }

    /** How many server connections of a database no client has. */
    public synchronized int idle(String name) {
        return idle.getOrDefault(name, 0);
    }

    /** A person turns clients of a database away. */
    public synchronized void disable(String name) {
        disabled.add(name);
    }

    /** How often it was asked to pause. */
    public synchronized int pauses() {
        return pauses;
    }

    synchronized boolean isFrozen() {
        return frozen;
    }

    synchronized boolean isDead() {
        return dead;
    }

    synchronized void die() {
        dead = true;
        List.copyOf(clients).forEach(Client::cut);
    }

    synchronized Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    /** What it leads a database to, and whether it holds its clients. */
    public synchronized Optional<Database> database(String name) {
        return Optional.ofNullable(databases.get(name))
                .map(where -> new Database(
                        where.host(), where.port(), where.database(), paused.contains(name), disabled.contains(name)));
    }

    synchronized Pools pools(String name) {
        List<Client> own =
                clients.stream().filter(client -> client.database.equals(name)).toList();
        int waiting =
                (int) own.stream().filter(client -> client.waits != null).count() + (crowded.contains(name) ? 1 : 0);
        int linked = linked(name);
        int servers = linked + idle(name);
        return new Pools(own.size(), waiting, 0, servers, servers, linked, mode);
    }

    private int linked(String name) {
        return (int) clients.stream()
                .filter(client -> client.database.equals(name) && client.linked != null)
                .count();
    }

    synchronized List<Link> links(String name) {
        return clients.stream()
                .filter(client -> client.database.equals(name))
                .flatMap(client -> Optional.ofNullable(client.linked).stream()
                        .map(where -> new Link(where.host(), where.port(), client.localPort)))
                .toList();
    }

    synchronized void pause(String name) {
        pauses++;
        paused.add(name);
        idle.remove(name);
    }

    synchronized void resume(String name) {
        paused.remove(name);
        List.copyOf(clients).stream()
                .filter(client -> client.database.equals(name))
                .forEach(Client::link);
    }

    /** Reads the file; a database that it does not name any more is dropped with its clients. */
    synchronized void reload() {
        Map<String, Where> read = new LinkedHashMap<>();
        if (includes && Files.exists(include)) {
            try {
                Matcher lines = LINE.matcher(Files.readString(include));
                while (lines.find()) {
                    read.put(
                            lines.group(1),
                            new Where(lines.group(2), Integer.parseInt(lines.group(3)), lines.group(4)));
                    if (lines.group(5) != null) {
                        int most = Integer.parseInt(lines.group(5));
                        idle.computeIfPresent(
                                lines.group(1), (name, open) -> Math.max(0, Math.min(open, most - linked(name))));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        databases.keySet().retainAll(read.keySet());
        databases.putAll(read);
        List.copyOf(clients).stream()
                .filter(client -> !read.containsKey(client.database))
                .forEach(Client::cut);
    }

    synchronized void kill(String name) {
        paused.add(name);
        List.copyOf(clients).stream()
                .filter(client -> client.database.equals(name))
                .forEach(Client::cut);
    }

    /** The machine of a server is gone: nobody tells, and who is linked to it stays so. */
    public Client connect(String database) {
        return new Client(database);
    }

    /** One client, with the server connection that it has while it works. */
    public final class Client {
        private final String database;
        private @Nullable Where linked;
        private int localPort;
        private @Nullable CompletableFuture<Integer> waits;
        private boolean cut;

        private Client(String database) {
            this.database = database;
            synchronized (FakePgBouncer.this) {
                clients.add(this);
            }
        }

        /** Begins a transaction; the answer is the port of the server that it came to, once it has. */
        public CompletableFuture<Integer> begin() {
            synchronized (FakePgBouncer.this) {
                CompletableFuture<Integer> begun = new CompletableFuture<>();
                waits = begun;
                if (cut) {
                    waits = null;
                    begun.completeExceptionally(new IllegalStateException("the connection has ended"));
                } else {
                    link();
                }
                return begun;
            }
        }

        private void link() {
            CompletableFuture<Integer> begun = waits;
            if (begun == null) {
                return;
            }
            if (linked == null) {
                Where where = databases.get(database);
                if (where == null || paused.contains(database)) {
                    return;
                }
                linked = where;
                localPort = ++FakePgBouncer.this.localPort;
            }
            waits = null;
            begun.complete(linked.port());
        }

        /** Ends the transaction; by session the server connection is kept. */
        public void commit() {
            synchronized (FakePgBouncer.this) {
                if (!mode.equals("session")) {
                    linked = null;
                }
            }
        }

        /** The server has ended the session. */
        public void loseServer() {
            cut();
        }

        /** Leaves. */
        public void close() {
            cut();
        }

        private void cut() {
            synchronized (FakePgBouncer.this) {
                cut = true;
                linked = null;
                clients.remove(this);
                CompletableFuture<Integer> begun = waits;
                waits = null;
                if (begun != null) {
                    begun.completeExceptionally(new IllegalStateException("the connection has ended"));
                }
            }
        }
    }
}
