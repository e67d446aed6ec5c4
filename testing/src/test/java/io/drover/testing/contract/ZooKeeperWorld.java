/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import io.drover.topology.ZooKeeperClient;
import java.io.IOException;
import java.time.Duration;

/** A ZooKeeper server, and what may happen between it and its clients. */
interface ZooKeeperWorld extends AutoCloseable {
    /** Outlives a machine that stands still for a while. */
    Duration SESSION = Duration.ofSeconds(30);

    /** Of who is to lose it. A real client may need a second or more to connect again. */
    Duration SHORT_SESSION = Duration.ofSeconds(4);

    /** Another process; it is connected when this returns. */
    default ZooKeeperClient connect() throws Exception {
        return connect(SESSION);
    }

    /** The same with a session of another length. */
    ZooKeeperClient connect(Duration session) throws Exception;

    /** Ends the session at the server. */
    void expire(ZooKeeperClient client) throws Exception;

    /** Cuts the connection and refuses others. */
    void cut(ZooKeeperClient client) throws Exception;

    /** Lets the client connect again. */
    void heal(ZooKeeperClient client) throws Exception;

    /** The next transaction is not carried out, and the connection is lost. */
    void loseRequest(ZooKeeperClient client) throws Exception;

    /** The next transaction is carried out, and its answer is lost with the connection. */
    void loseAnswer(ZooKeeperClient client) throws Exception;

    /** Whether something that was to be lost has not been. */
    boolean awaitsLoss();

    @Override
    void close() throws IOException;
}
