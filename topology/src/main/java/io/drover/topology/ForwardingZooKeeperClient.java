/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.time.Scheduler;
import org.apache.zookeeper.KeeperException;

/** Passes everything on to another connection; a subclass does one thing otherwise. */
public abstract class ForwardingZooKeeperClient implements ZooKeeperClient {
    private final ZooKeeperClient client;

    /** Passes on to this one. */
    protected ForwardingZooKeeperClient(ZooKeeperClient client) {
        this.client = client;
    }

    @Override
    public Scheduler scheduler() {
        return client.scheduler();
    }

    @Override
    public ZooKeeperSession session() throws KeeperException {
        return client.session();
    }

    @Override
    public boolean isConnected() {
        return client.isConnected();
    }

    @Override
    public boolean isOpen() {
        return client.isOpen();
    }

    @Override
    public void addListener(Listener listener) {
        client.addListener(listener);
    }

    @Override
    public void removeListener(Listener listener) {
        client.removeListener(listener);
    }

    @Override
    public void close() {
        client.close();
    }
}
