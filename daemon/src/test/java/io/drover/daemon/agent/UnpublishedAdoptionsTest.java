/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.managed;
import static io.drover.daemon.agent.Samples.record;
import static io.drover.daemon.agent.Samples.topology;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.time.Scheduler;
import io.drover.replication.PostgresNode;
import io.drover.replication.PostgresServer;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpublishedAdoptionsTest {
    @TempDir
    private Path stateDir = Path.of("");

    private final List<String> modes = new ArrayList<>();
    private long now;
    private boolean fails;
    private BooleanSupplier published = () -> false;
    private final UnpublishedAdoptions adoptions = new UnpublishedAdoptions(
            new NodeTools(HERE, "127.0.0.1", Path.of("/data"), Path.of("/data"), node(), clock()),
            instance -> published.getAsBoolean());

    private PostgresNode node() {
        PostgresServer server = (PostgresServer) Proxy.newProxyInstance(
                PostgresServer.class.getClassLoader(),
                new Class<?>[] {PostgresServer.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("startMode") && arguments != null) {
                        modes.add((String) arguments[0]);
                        if (fails) {
                            throw new DroverException(ErrorCode.STORAGE_FAILED, "No space left on device");
                        }
                    }
                    return null;
                });
        return (PostgresNode) Proxy.newProxyInstance(
                PostgresNode.class.getClassLoader(),
                new Class<?>[] {PostgresNode.class},
                (self, method, arguments) -> server);
    }

    private Scheduler clock() {
        return (Scheduler) Proxy.newProxyInstance(
                Scheduler.class.getClassLoader(), new Class<?>[] {Scheduler.class}, (self, method, arguments) -> now);
    }

    private ManagedInstance adopted(long grant, String startMode) {
        return adopted(Role.PRIMARY, grant, startMode);
    }

    private ManagedInstance adopted(Role role, long grant, String startMode) {
        InstanceRecord record = record(role, grant);
        return managed(
                stateDir,
                record.withHome(
                        new Home(record.dataDir(), record.socketDir(), 5432, List.of("postgres"), null, startMode)));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void givesTheStartAtBootBackOnceTheAdoptionIsOver() {
        ManagedInstance instance = adopted(0, "auto");
        adoptions.look(instance, List.of());
        pass(UnpublishedAdoptions.TURN.minusSeconds(1));
        adoptions.look(instance, List.of());
        assertThat(modes).as("it may still be published").isEmpty();

        pass(Duration.ofSeconds(1));
        adoptions.look(instance, List.of());

        assertThat(modes).containsExactly("auto");
    }

    /** Its owner may have had his reasons to write another word there since. */
    @Test
    void onlyOnce() {
        ManagedInstance instance = adopted(0, "auto");
        for (int i = 0; i < 5; i++) {
            adoptions.look(instance, List.of());
            pass(UnpublishedAdoptions.TURN);
        }

        assertThat(modes).hasSize(1);
    }

    /** The next attempt is a turn away: an instance is looked at twice a second. */
    @Test
    void triesAgainLaterWhatFails() {
        ManagedInstance instance = adopted(0, "auto");
        adoptions.look(instance, List.of());
        pass(UnpublishedAdoptions.TURN);
        fails = true;
        for (int i = 0; i < 3; i++) {
            adoptions.look(instance, List.of());
        }
        assertThat(modes).hasSize(1);

        fails = false;
        pass(UnpublishedAdoptions.TURN);
        adoptions.look(instance, List.of());
        pass(UnpublishedAdoptions.TURN);
        adoptions.look(instance, List.of());

        assertThat(modes).hasSize(2);
    }

    @Test
    void notOfOneThatIsPublishedOrWasOrWhereNobodyKnows() {
        for (ManagedInstance instance : List.of(
                adopted(3, "auto"),
                adopted(0, "manual"),
                adopted(Role.STANDBY, 0, "auto"),
                adopted(Role.DEMOTED, 0, "auto"))) {
            adoptions.look(instance, List.of());
            pass(UnpublishedAdoptions.TURN);
            adoptions.look(instance, List.of());
        }
        ManagedInstance open = adopted(0, "auto");
        adoptions.look(open, List.of());
        pass(UnpublishedAdoptions.TURN);
        adoptions.look(open, List.of(topology(TopologyState.SERVING, 1, HERE)));
        adoptions.look(open, List.of());
        pass(UnpublishedAdoptions.TURN);
        published = () -> true;
        adoptions.look(open, List.of());
        published = () -> {
            throw new DroverException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "away");
        };
        pass(UnpublishedAdoptions.TURN);
        adoptions.look(open, List.of());

        assertThat(modes).isEmpty();
    }
}
