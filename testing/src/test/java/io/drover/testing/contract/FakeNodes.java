/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import io.drover.api.Lsn;
import io.drover.api.time.Scheduler;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.InstanceLayout;
import io.drover.replication.PostgresNode;
import io.drover.replication.ServerPlace;
import io.drover.testing.fake.FakeClient;
import io.drover.testing.fake.FakePostgres;
import io.drover.testing.fake.FakeTimes;
import io.drover.testing.fake.SyncLevel;
import java.nio.file.Path;
import java.util.List;

/** Nodes with servers that do not exist. */
final class FakeNodes implements ThreeNodes {
    private static final int PORT = 5433;
    private final FakePostgres world = new FakePostgres(Scheduler.system(), FakeTimes.usual());

    @Override
    public PostgresNode node(Side side) {
        return world.node(host(side));
    }

    @Override
    public ServerPlace place(Side side) {
        Path directory = Path.of("/fake/shard_01");
        return new ServerPlace(
                directory.resolve("data"), directory.resolve("socket"), PORT, new InstanceLayout(directory), null);
    }

    @Override
    public String host(Side side) {
        return "host_" + side;
    }

    @Override
    public Client client(Side side) {
        FakeClient client = world.client(host(side), host(side), PORT);
        return new Client() {
            @Override
            public void commit(String operation) {
                client.commit(operation);
            }

            @Override
            public void commitLocally(String operation) {
                client.commit(operation, SyncLevel.LOCAL);
            }

            @Override
            public void begin() {
                client.begin();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    @Override
    public Monitors monitors() {
        return world.monitors(host(Side.ONE));
    }

    @Override
    public List<String> operations(Side side) {
        return world.committed(host(side), place(side).dataDir()).stream()
                .map(FakePostgres.Committed::operation)
                .toList();
    }

    @Override
    public void makeTable(Side side) {
        world.mishaps().maintain(host(side), PORT);
    }

    @Override
    public void maintain(Side side) {
        world.mishaps().maintain(host(side), PORT);
    }

    @Override
    public void kill(Side side) {
        world.mishaps().kill(host(side), PORT);
    }

    @Override
    public void freeze(Side side) {
        world.mishaps().standStill(host(side), PORT);
    }

    @Override
    public void thaw(Side side) {
        world.mishaps().goOn(host(side), PORT);
    }

    @Override
    public void loseSlot(Side side, String slot) {
        world.mishaps().loseSlot(host(side), PORT, slot);
    }

    @Override
    public void killInPromotion(Side side, Lsn fork) {
        world.mishaps().killInPromotion(host(side), PORT);
    }

    @Override
    public void plantHistory(Side side, int timeline) {
        world.mishaps().plantHistory(timeline);
    }

    @Override
    public void close() {
        for (Side side : Side.values()) {
            node(side);
            world.mishaps().powerOff(host(side));
        }
    }
}
