/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The admin console of one PgBouncer process. Every method may throw a {@link DroverException}: POSTGRES_UNREACHABLE when the process
 * does not answer, after which the console is of no use and has to be closed; POSTGRES_FAILED when it refuses. Nothing waits longer than
 * the console's limit. Used by one thread at a time.
 */
public interface PgBouncer extends AutoCloseable {
    /**
     * A line of SHOW DATABASES.
     *
     * @param host where its server connections go; empty for a Unix socket
     * @param database its name on the server
     * @param paused whether clients are held
     * @param disabled whether clients are turned away
     */
    record Database(String host, int port, String database, boolean paused, boolean disabled) {}

    /**
     * The lines of SHOW POOLS for a database, added up: there is a pool for each of its users.
     *
     * @param waiting clients that wait for a server connection
     * @param logins server connections that are being made
     * @param servers all server connections, those that are being made too
     * @param largest server connections of the pool that has most of them
     * @param busiest server connections that have a client, of the pool where most have one
     * @param mode {@code transaction}, {@code session} or {@code statement}; empty while there is no pool
     */
    record Pools(int clients, int waiting, int logins, int servers, int largest, int busiest, String mode) {}

    /**
     * A server connection in use.
     *
     * @param address of the server
     * @param localPort PgBouncer's own port, by which the server knows the session; 0 over a Unix socket
     */
    record Link(String address, int port, int localPort) {}

    /** The version, such as {@code 1.18.0}. */
    String version();

    /** The settings by name. */
    Map<String, String> settings();

    /** Whether this login may pause, or may only look. */
    boolean mayAdminister();

    /** What PgBouncer knows of a database; empty when it knows none of that name. */
    Optional<Database> database(String name);

    /** What it has open for a database. */
    Pools pools(String name);

    /** Server connections of a database that have a client. */
    List<Link> links(String name);

    /** Makes ready what {@link #pause} needs, so that nothing is left to be done in the pause. */
    void prepare();

    /**
     * Asks it to hold the clients of a database and to close each server connection as soon as its client lets go of it. Does not wait
     * for that: {@link #database} and {@link #pools} tell. A repeat changes nothing.
     */
    void pause(String name);

    /** Lets the clients of a database go on; one that was not held stays so. */
    void resume(String name);

    /** Reads the configuration again. Connections to a server that is not the configured one any more end as their clients let go. */
    void reload();

    /** Ends every client and server connection of a database, and leaves it paused. */
    void kill(String name);

    /** Ends the console; the process goes on as it is. */
    @Override
    void close();
}
