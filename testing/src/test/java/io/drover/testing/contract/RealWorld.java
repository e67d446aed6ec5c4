/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import io.drover.topology.CuratorClient;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.ZooKeeper;

/** A real server in this process, and a socket of its own for each client. */
final class RealWorld implements ZooKeeperWorld {
    /** A session is given twenty of them at most. */
    private static final int TICK_MILLIS = 1_500;

    private final TestingServer server;
    private final Map<ZooKeeperClient, FaultyProxy> proxies = new LinkedHashMap<>();

    RealWorld() throws Exception {
        // port 0: one that is sought beforehand may be another's by the time the server takes it
        server = new TestingServer(new InstanceSpec(null, 0, -1, -1, true, -1, TICK_MILLIS, -1), true);
    }

    @Override
    public ZooKeeperClient connect(Duration session) throws Exception {
        FaultyProxy proxy = new FaultyProxy(0, server.getPort());
        ZooKeeperClient client = ZooKeeperConnection.connect("127.0.0.1:" + proxy.port() + "/drover", session);
        proxies.put(client, proxy);
        // connecting by itself waits for a few seconds only
        Eventually.until("its directories are there", () -> client.isConnected() && isReady(client));
        return client;
    }

    private static boolean isReady(ZooKeeperClient client) throws Exception {
        for (String root : ZkLayout.roots()) {
            var found = client.session().read(root);
            if (found.get(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** By a second connection, which takes the session over and closes it before the client can take it back. */
    @Override
    public void expire(ZooKeeperClient client) throws Exception {
        ZooKeeper mine = ((CuratorClient) client).handle();
        proxy(client).refuse(true);
        try {
            ZooKeeper twin = new ZooKeeper(
                    server.getConnectString(),
                    mine.getSessionTimeout(),
                    event -> {},
                    mine.getSessionId(),
                    mine.getSessionPasswd());
            Eventually.until("the twin is connected", () -> twin.getState().isConnected());
            twin.close();
        } finally {
            proxy(client).refuse(false);
        }
    }

    private FaultyProxy proxy(ZooKeeperClient client) {
        return Objects.requireNonNull(proxies.get(client), "not connected here");
    }

    @Override
    public void cut(ZooKeeperClient client) throws IOException {
        proxy(client).refuse(true);
        proxy(client).cut();
    }

    @Override
    public void heal(ZooKeeperClient client) {
        proxy(client).refuse(false);
    }

    @Override
    public void loseRequest(ZooKeeperClient client) {
        proxy(client).loseRequest();
    }

    @Override
    public void loseAnswer(ZooKeeperClient client) {
        proxy(client).loseAnswer();
    }

    @Override
    public boolean awaitsLoss() {
        return proxies.values().stream().anyMatch(FaultyProxy::awaitsLoss);
    }

    @Override
    public void close() throws IOException {
        proxies.keySet().forEach(ZooKeeperClient::close);
        for (FaultyProxy proxy : proxies.values()) {
            proxy.close();
        }
        server.close();
    }
}
