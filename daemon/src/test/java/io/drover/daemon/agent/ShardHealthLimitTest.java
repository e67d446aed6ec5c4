/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.SHARD;
import static io.drover.daemon.agent.Samples.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.InstanceId;
import io.drover.api.agent.Reports.Role;
import io.drover.api.time.Scheduler;
import io.drover.replication.PostgresNode;
import io.drover.replication.PostgresServer;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby that lets nobody know anything: its logins begin and do not end. */
class ShardHealthLimitTest {
    /** The limit of a check in docs/clients.md. */
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(2);

    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger logins = new AtomicInteger();

    @TempDir
    private Path directory;

    @AfterEach
    void endLogins() {
        end.countDown();
    }

    @Test
    void aStandbyThatDoesNotAnswerIsToldOfInTimeAndAskedOnce() {
        Instances instances = new Instances(new InstanceStore(new StateDirectory(directory)), Scheduler.system());
        instances.add(record(Role.STANDBY, 0, directory));
        ShardHealth health = new ShardHealth(
                new NodeTools(HERE, "127.0.0.1", directory, directory, node(), Scheduler.system()),
                instances,
                new TopologyView(new TopologyView.OnChange() {
                    @Override
                    public void topology(InstanceId instance) {}

                    @Override
                    public void connection() {}
                }));

        for (int check = 0; check < 3; check++) {
            assertThat(CompletableFuture.supplyAsync(() -> health.takesReads(SHARD)))
                    .succeedsWithin(CHECK_LIMIT)
                    .isEqualTo(false);
        }

        assertThat(logins).as("sessions that wait").hasValue(1);
    }

    private PostgresNode node() {
        PostgresServer server = (PostgresServer) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {PostgresServer.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "takesLogins" -> true;
                    case "connect" -> {
                        logins.incrementAndGet();
                        end.await();
                        throw new IllegalStateException("it has waited long enough");
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return (PostgresNode) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PostgresNode.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("server")) {
                        return server;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}
