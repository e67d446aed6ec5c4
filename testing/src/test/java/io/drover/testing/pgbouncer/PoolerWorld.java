/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerPlace.Listening;
import java.util.concurrent.CompletableFuture;

/** One PgBouncer before two servers, each with the databases {@code app} and {@code other}. */
interface PoolerWorld extends AutoCloseable {
    /** Who logs in to the console. */
    enum Who {
        ADMIN,
        LOOKER,
        WRONG_PASSWORD
    }

    /** Logs in to the console. */
    PgBouncer open(Who who);

    /** Whether somebody listens at the console. */
    Listening listening();

    /** Writes into the include file which of the servers, 0 or 1, both databases lie on. */
    void point(int server);

    /** The port of a server. */
    int port(int server);

    /** The address of both servers. */
    String host();

    /** Ends PgBouncer. */
    void kill();

    /** Starts it again. */
    void start();

    /** Lets it stand still, or go on. */
    void freeze(boolean stands);

    /** A client of a database. */
    Client connect(String database);

    @Override
    void close();

    /** A client, which does one thing after the other. */
    interface Client extends AutoCloseable {
        /** Begins a transaction; the answer is the port of the server that it came to, once it has. */
        CompletableFuture<Integer> begin();

        /** Ends it. */
        void commit();

        /** Leaves. */
        @Override
        void close();
    }
}
