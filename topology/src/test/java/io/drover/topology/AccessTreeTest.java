/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.TestingZooKeeper.SHARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.NodeId;
import io.drover.api.Participant;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tree that was made open, or with other lists, is seen and mended. */
class AccessTreeTest {
    private static final Participant WEB = new Participant(1, "web", "127.0.0.1", new FenceEpoch(0), false);
    private static final NodeId NODE = new NodeId("node_a");

    @TempDir
    Path directory;

    private SecuredZooKeeper zooKeeper;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new SecuredZooKeeper(directory);
    }

    @AfterEach
    void stop() throws Exception {
        zooKeeper.close();
    }

    /** An installation without access control, with a shard. */
    private ZooKeeperClient openTree() {
        ZooKeeperClient open = zooKeeper.anonymous();
        TestingZooKeeper.awaitRoots(open);
        new ParticipantStore(open).ensure(SHARD);
        TestingZooKeeper.publish(open, TestingZooKeeper.serving(SHARD, 1));
        new PoolerRegistry(open).keep(SHARD, new PoolerGroup(1, "edge", 2));
        return open;
    }

    @Test
    void aTreeOfItsOwnHasNoFault() {
        assertThat(new AccessTree(zooKeeper.controller()).faults()).isEmpty();
    }

    @Test
    void anOpenTreeIsToldOfZnodeByZnodeAndIsNotChangedByLooking() {
        openTree();
        AccessTree tree = new AccessTree(zooKeeper.controller());

        List<String> faults = tree.faults();
        assertThat(faults)
                .anyMatch(fault -> fault.startsWith("/ is open to anybody: world:anyone cdrwa"))
                .anyMatch(fault -> fault.startsWith("/topology/shard_01 is open to anybody"))
                .anyMatch(fault -> fault.startsWith("/poolers/shard_01/edge is open"));
        assertThat(tree.faults()).isEqualTo(faults);
        assertThat(tree.faults(List.of(SHARD), List.of()))
                .anyMatch(fault -> fault.startsWith("/participants/shard_01 is open"));
    }

    @Test
    void tighteningClosesEverythingAndLosesNothing() {
        openTree();
        ZooKeeperClient controller = zooKeeper.controller();
        AccessTree tree = new AccessTree(controller);

        assertThat(tree.tighten(false)).contains("closed /", "closed /topology/shard_01");
        assertThat(tree.faults()).isEmpty();
        assertThat(tree.tighten(false)).isEmpty();
        assertThat(new TopologyStore(controller).read(SHARD).orElseThrow().value())
                .isEqualTo(TestingZooKeeper.serving(SHARD, 1));
        assertThat(new PoolerRegistry(controller).list(SHARD)).hasSize(1);
    }

    @Test
    void whoeverHasNoCredentialsIsNotLockedOutUnasked() {
        ZooKeeperClient open = openTree();
        ZooKeeperClient controller = zooKeeper.controller();
        AccessTree tree = new AccessTree(controller);
        Watch node = new NodeRegistry(open).register(record());
        TestingZooKeeper.until(() -> new NodeRegistry(open).alive(NODE));
        Registration client = new ParticipantStore(open).register(SHARD, "web-1", WEB);
        List<String> before = tree.faults();

        assertThatThrownBy(() -> tree.tighten(false))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("nothing was changed")
                .hasMessageContaining("/nodes/node_a")
                .hasMessageContaining("/participants/shard_01/web-1");
        assertThat(tree.faults()).isEqualTo(before);

        assertThat(tree.tighten(true)).contains("deleted /participants/shard_01/web-1", "deleted /nodes/node_a/alive");
        assertThat(tree.faults()).isEmpty();
        assertThat(new ParticipantStore(controller).list(SHARD)).isEmpty();
        client.close();
        node.close();
    }

    @Test
    void anAgentWithCredentialsClaimsItsOpenRecord() {
        ZooKeeperClient open = openTree();
        Watch before = new NodeRegistry(open).register(record());
        TestingZooKeeper.until(() -> new NodeRegistry(open).alive(NODE));
        before.close();
        ZooKeeperClient controller = zooKeeper.controller();
        Watch after = new NodeRegistry(zooKeeper.agent("node_a")).register(record());
        TestingZooKeeper.until(() -> new NodeRegistry(controller).alive(NODE));
        AccessTree tree = new AccessTree(controller);

        assertThat(tree.tighten(false)).contains("closed /nodes").doesNotContain("closed /nodes/node_a");
        assertThat(tree.faults()).isEmpty();
        after.close();
    }

    @Test
    void anotherListThanTheRulesIsAFaultAlsoWhenItIsClosed() throws Exception {
        ZooKeeperClient controller = zooKeeper.controller();
        TestingZooKeeper.publish(controller, TestingZooKeeper.serving(SHARD, 1));
        AccessTree tree = new AccessTree(controller);
        CuratorSession session = (CuratorSession) controller.session();
        String controllers = zooKeeper.roles().get(0);
        List<List<Grant>> wrong = List.of(
                List.of(Grant.digest(controllers, Grant.ALL)),
                List.of(Grant.digest(controllers, Grant.ALL), Grant.digest("mallory:x", "rw")),
                List.of(Grant.digest(controllers, Grant.ALL), new Grant("ip", "10.0.0.0/8", "rw")),
                List.of(Grant.digest(controllers, Grant.ALL), new Grant("world", "anyone", "r")));
        for (List<Grant> grants : wrong) {
            session.setAccess("/topology/shard_01", grants).join();
            assertThat(tree.faults())
                    .singleElement()
                    .asString()
                    .startsWith("/topology/shard_01")
                    .doesNotContain(controllers);
            assertThat(tree.tighten(false)).containsExactly("closed /topology/shard_01");
        }
        session.setAccess("/nodes", List.of(Grant.digest("mallory:x", Grant.ALL)))
                .join();
        assertThat(tree.faults()).containsExactly("/nodes is closed to the controllers");
        assertThatThrownBy(() -> tree.tighten(false)).hasMessageContaining("access control forbids");
    }

    @Test
    void aRecordOfANodeThatAnotherAgentMadeIsAFault() {
        ZooKeeperClient controller = zooKeeper.controller();
        Watch forged = new NodeRegistry(zooKeeper.agent("node_b")).register(record());
        TestingZooKeeper.until(() -> new NodeRegistry(controller).find(NODE).isPresent());
        AccessTree tree = new AccessTree(controller);
        assertThat(tree.faults()).anyMatch(fault -> fault.startsWith("/nodes/node_a has another access list"));
        assertThatThrownBy(() -> tree.tighten(false)).hasMessageContaining("/nodes/node_a");
        forged.close();
    }

    @Test
    void aPasswordIsChangedWithTwoHashesOfARoleMeanwhile() {
        openTree();
        zooKeeper.file("controller", "controller:new", "controller:of-controller");
        String newHash =
                Credentials.read(directory.resolve("controller")).digests().get(0);
        zooKeeper.roles().add(newHash);
        AccessTree both = new AccessTree(zooKeeper.connect(zooKeeper.controllerRules()));
        both.tighten(false);
        zooKeeper.file("controller", "controller:new");
        assertThat(new AccessTree(zooKeeper.connect(zooKeeper.controllerRules())).faults())
                .isEmpty();
        zooKeeper.roles().removeIf(role -> role.startsWith("controller:") && !role.equals(newHash));
        AccessTree last = new AccessTree(zooKeeper.connect(zooKeeper.controllerRules()));
        assertThat(last.tighten(false)).contains("closed /topology/shard_01");
        assertThat(last.faults()).isEmpty();
    }

    private static NodeRecord record() {
        return new NodeRecord(NODE, "127.0.0.21", "http://127.0.0.21:8090");
    }
}
