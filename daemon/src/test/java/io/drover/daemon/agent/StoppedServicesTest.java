/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.HERE;
import static io.drover.daemon.agent.Samples.THERE;
import static io.drover.daemon.agent.Samples.record;
import static io.drover.daemon.agent.Samples.topology;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.time.Scheduler;
import io.drover.replication.PostgresNode;
import io.drover.replication.PostgresServer;
import io.drover.replication.ServiceName;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class StoppedServicesTest {
    private static final ServiceName UNIT = new ServiceName(ServiceName.Kind.SYSTEMD, "postgresql@15-main.service");
    private static final Path DATA = Path.of("/data/shard_01/data");
    private static final InstanceRecord RUNNING = record(Role.PRIMARY, 3)
            .withHome(new Home(DATA, Path.of("/run/postgresql"), 5432, List.of("postgres"), UNIT, null));
    private static final InstanceRecord STOPPED = RUNNING.withStopped(true);
    private static final List<ShardTopology> FENCED = List.of(topology(TopologyState.FENCED, 4, HERE));
    private static final List<ShardTopology> PROMOTING = List.of(topology(TopologyState.PROMOTING, 4, HERE));
    private static final List<ShardTopology> ELSEWHERE = List.of(topology(TopologyState.SERVING, 5, THERE));

    private final List<ServiceName> asked = new ArrayList<>();
    private final Deque<Boolean> answers = new ArrayDeque<>();
    private final StoppedServices services = new StoppedServices(
            new NodeTools(HERE, "127.0.0.1", Path.of("/data"), Path.of("/data"), node(), Scheduler.system()));
    private boolean runs;

    private PostgresNode node() {
        PostgresServer server = (PostgresServer) Proxy.newProxyInstance(
                PostgresServer.class.getClassLoader(),
                new Class<?>[] {PostgresServer.class},
                (self, method, arguments) -> runs ? OptionalInt.of(4711) : OptionalInt.empty());
        return (PostgresNode) Proxy.newProxyInstance(
                PostgresNode.class.getClassLoader(), new Class<?>[] {PostgresNode.class}, (self, method, arguments) -> {
                    if (method.getName().equals("forgetEnd")) {
                        asked.add((ServiceName) arguments[0]);
                        return answers.isEmpty() || answers.remove();
                    }
                    return server;
                });
    }

    /** Clients wait: row 110 of a clean stop lies there, and what systemd does behind a server may take seconds. */
    @Test
    void asksNobodyInsideThePause() {
        services.look(STOPPED, FENCED);
        services.look(STOPPED.withRole(Role.DEMOTED), PROMOTING);
        assertThat(asked).isEmpty();

        services.look(STOPPED.withRole(Role.DEMOTED), ELSEWHERE);
        assertThat(asked).containsExactly(UNIT);
    }

    @Test
    void asksUntilNothingIsLeftToDoAndThenNoMore() {
        answers.addAll(List.of(false, false, true));

        for (int i = 0; i < 10; i++) {
            services.look(STOPPED, ELSEWHERE);
        }

        assertThat(asked).containsExactly(UNIT, UNIT, UNIT);
    }

    @Test
    void givesUpAUnitThatIsNeverClearedUp() {
        for (int i = 0; i < 1_000; i++) {
            answers.add(false);
            services.look(STOPPED, ELSEWHERE);
        }

        assertThat(asked).hasSize(60);
    }

    /** Whatever else its record says. */
    @Test
    void asksAlsoOfOneThatIsOnlyKnownToBeDemoted() {
        services.look(RUNNING.withRole(Role.DEMOTED), ELSEWHERE);

        assertThat(asked).containsExactly(UNIT);
    }

    /** Also where an agent began anew, and where ZooKeeper is away. */
    @Test
    void asksAgainAfterTheNextStop() {
        services.look(STOPPED, List.of());
        services.look(RUNNING, ELSEWHERE);
        services.look(STOPPED, ELSEWHERE);

        assertThat(asked).hasSize(2);
    }

    /** Its end is a failure that somebody has to look into. */
    @Test
    void leavesAloneWhatNobodyHasStopped() {
        services.look(RUNNING, ELSEWHERE);
        runs = true;
        services.look(STOPPED, ELSEWHERE);

        assertThat(asked).isEmpty();
    }
}
