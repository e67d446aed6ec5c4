/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.NodeId;
import io.drover.api.NodePath;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.agent.Verb;
import io.drover.replication.InstanceLayout;
import io.drover.replication.PostgresServer;
import io.drover.replication.ServerPlace;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An instance that one agent serves is claimed for another, where a server with the same identity runs. */
@Timeout(60)
class AdoptionClaimTest {
    private static final NodeId A = MiniCluster.A;
    private static final NodeId B = MiniCluster.B;
    private static final ShardId SECOND = new ShardId("shard_02");
    private static final Path COPY = Path.of("/fake/by_hand/data");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private MiniCluster cluster;
    private PostgresServer byHand;

    @BeforeEach
    void copyByHand() {
        cluster = MiniCluster.withShard();
        FakeDirectory copy = new FakeDirectory(cluster.instance(), new Lsn(Wal.SEGMENT));
        cluster.world.change(() -> {
            cluster.world.host(B.value()).directories.put(COPY, copy);
        });
        byHand = cluster.world
                .node(B.value())
                .server(new ServerPlace(
                        COPY,
                        COPY.resolveSibling("socket"),
                        MiniCluster.PORT,
                        new InstanceLayout(Path.of("/fake/by_hand")),
                        null));
        byHand.start(LIMIT);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static void refused(DroverException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_EXISTS);
        assertThat(e)
                .hasMessageContaining("node_a serves it already, as shard shard_01")
                .hasMessageContaining("nothing was done");
    }

    @Test
    void isRefusedByTheAgentWhichHasChangedNothing() {
        Verb.Adopt claim =
                new Verb.Adopt(SECOND, new NodePath(COPY.toString()), MiniCluster.PORT, new DatabaseName("other"));

        assertThatThrownBy(() -> cluster.send(B, null, claim))
                .isInstanceOfSatisfying(DroverException.class, AdoptionClaimTest::refused);

        assertThat(cluster.agent(B).observation().memory().instances()).isEmpty();
        assertThat(byHand.postmaster()).isPresent();
    }

    @Test
    void isRefusedByTheControllerWhichHasPublishedNothing() {
        ShardAdoption claim =
                new ShardAdoption(B, new NodePath(COPY.toString()), MiniCluster.PORT, new DatabaseName("other"), null);

        assertThatThrownBy(() -> cluster.control().shards().adopt(SECOND, claim))
                .isInstanceOfSatisfying(DroverException.class, AdoptionClaimTest::refused);

        assertThat(cluster.topologies.read(SECOND)).isEmpty();
        assertThat(cluster.topology().primary().node()).isEqualTo(A);
        assertThat(byHand.postmaster()).isPresent();
    }
}
