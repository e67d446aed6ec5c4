/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.client.ShardDataSource;
import io.drover.client.ShardDataSourceConfig;
import io.drover.client.internal.KitPorts;
import io.drover.testing.fake.FakeClient;
import io.drover.testing.fake.FakeFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;

/** An application on the client kit, in production's own code, with a few threads that write. */
public final class SimClient extends SimMember {
    private static final Duration ACQUIRE = Duration.ofSeconds(30);

    private final int writers;
    private int written;
    private int errors;

    SimClient(SimWorld world, String name, int writers) {
        super(world, name);
        this.writers = writers;
    }

    /** How many commits its callers were told of. */
    public int written() {
        return written;
    }

    /** How many calls of its callers failed. */
    public int errors() {
        return errors;
    }

    @Override
    void begin(SimProcess process) {
        ShardDataSourceConfig config = ShardDataSourceConfig.builder("sim:1/drover", SimWorld.SHARD)
                .credentials("app", "")
                .name(name())
                .poolSize(writers)
                .acquireTimeout(ACQUIRE)
                .startTimeout(Duration.ofDays(1))
                .build();
        Random random = new Random(world().draw(1 << 30));
        ShardDataSource kit = ShardDataSource.open(
                config,
                new KitPorts(
                        process,
                        () -> connect(process),
                        (topology, endpoint, purpose) -> new SimPool(world(), process, endpoint, purpose, writers),
                        () -> random));
        ExecutorService threads = process.newThreads("writer");
        for (int i = 0; i < writers; i++) {
            threads.execute(() -> write(process, kit));
        }
    }

    private void write(SimProcess process, ShardDataSource kit) {
        try {
            while (true) {
                process.pause(world().thinkingTime());
                writeOnce(kit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeOnce(ShardDataSource kit) {
        try (Connection connection = kit.getConnection()) {
            connection.unwrap(FakeClient.class).commit(world().nextOperation(name()));
            written++;
        } catch (SQLException | FakeFailure e) {
            errors++;
            world().say(() -> name() + ": " + e.getMessage());
        }
    }

    @Override
    void ended() {
        world().postgres().closeSessionsOf(name());
    }
}
