/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import io.drover.api.time.Scheduler;
import io.drover.testing.fake.FakeZooKeeper;
import io.drover.testing.fake.FakeZooKeeperClient;
import io.drover.testing.fake.Network;
import io.drover.topology.ZkLayout;
import io.drover.topology.ZooKeeperClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The fake, with the machine's own time and threads. */
final class FakeWorld implements ZooKeeperWorld {
    private final FakeZooKeeper server = new FakeZooKeeper(Scheduler.system(), ZkLayout.roots());
    private final List<FakeZooKeeperClient> clients = new CopyOnWriteArrayList<>();
    private final Map<String, Network.Kind> losses = new ConcurrentHashMap<>();

    @Override
    public ZooKeeperClient connect(Duration session) {
        FakeZooKeeperClient client =
                server.connect("client-" + clients.size(), session, Scheduler.system(), this::fate);
        clients.add(client);
        return client;
    }

    private Network.Fate fate(Network.Message message) {
        return message.operation().equals("transact") && losses.remove(message.client(), message.kind())
                ? Network.Fate.loss()
                : Network.Fate.AT_ONCE;
    }

    @Override
    public void expire(ZooKeeperClient client) {
        ((FakeZooKeeperClient) client).expire();
    }

    @Override
    public void cut(ZooKeeperClient client) {
        ((FakeZooKeeperClient) client).cut();
    }

    @Override
    public void heal(ZooKeeperClient client) {
        ((FakeZooKeeperClient) client).heal();
    }

    @Override
    public void loseRequest(ZooKeeperClient client) {
        losses.put("client-" + clients.indexOf(client), Network.Kind.REQUEST);
    }

    @Override
    public void loseAnswer(ZooKeeperClient client) {
        losses.put("client-" + clients.indexOf(client), Network.Kind.ANSWER);
    }

    @Override
    public boolean awaitsLoss() {
        return !losses.isEmpty();
    }

    @Override
    public void close() {
        clients.forEach(FakeZooKeeperClient::close);
        server.close();
    }
}
