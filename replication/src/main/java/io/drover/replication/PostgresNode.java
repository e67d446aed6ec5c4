/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

/**
 * PostgreSQL on one node, and what the operating system keeps of it: everything through which an agent touches either. Whoever puts
 * another implementation in its place may run an agent on servers that do not exist.
 */
public interface PostgresNode {
    /** Binds one server; asks nothing yet. */
    PostgresServer server(ServerPlace place);

    /** Where the data directories lie. */
    DataDirectories directories();

    /** What the machine is. */
    NodeFacts facts();

    /** Whether nothing listens on the port at the node's address. */
    boolean isPortFree(int port);

    /** Whether the role that copies may log in to another node's server: empty when it may, else why not. */
    String replicationLogin(String host, int port);

    /** Takes away what an agent has left that was killed while it had a service started, and that lets anybody start it (H56). */
    default void closeLeftGate(ServiceName service) {}

    /**
     * Has a service manager forget that the end of a server looked like a failure: it was stopped on purpose.
     *
     * @return whether nothing is left to do; asked again until then
     */
    default boolean forgetEnd(ServiceName service) {
        return true;
    }
}
