/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
    private static ShardTopology on(String primary, String replica) {
        NodeId node = new NodeId("node_a");
        return new ShardTopology(
                1,
                Topologies.SHARD,
                new InstanceId("7300000000000000001"),
                new FenceEpoch(3),
                TopologyState.SERVING,
                "app",
                new ShardTopology.Endpoint(node, primary, 5432),
                List.of(new ShardTopology.Replica(node, replica, 5432, ShardTopology.ReplicaRole.READ, 1)),
                null,
                null);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/16, 10.1.255.9",
        "10.1.2.128/25, 10.1.2.128",
        "10.1.2.3, 10.1.2.3",
        "0.0.0.0/0, 192.0.2.1",
        "fd00:1::/32, fd00:1::5",
        "db1.example, DB1.example",
        "*.db.example, pg3.db.example"
    })
    void letsInWhatIsNamed(String allowed, String host) {
        assertThat(new AllowedHosts(List.of("192.0.2.77", allowed)).refusal(on(host, host)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/16, 10.2.0.1",
        "10.1.2.128/25, 10.1.2.127",
        "10.1.2.3, 10.1.2.4",
        "0.0.0.0/0, evil.example",
        "0.0.0.0/0, ::1",
        "10.1.0.0/16, 10.1.0.0.evil.example",
        "127.0.0.1, localhost",
        "db1.example, db1.example.evil.example",
        "*.db.example, db.example",
        "*.db.example, xdb.example"
    })
    void refusesAnythingElseAlsoForAReplica(String allowed, String host) {
        AllowedHosts hosts = new AllowedHosts(List.of(allowed, "192.0.2.77"));
        assertThat(hosts.refusal(on(host, "192.0.2.77")).orElseThrow()).contains(host, "epoch 3", allowed);
        assertThat(hosts.refusal(on("192.0.2.77", host))).isPresent();
    }

    @Test
    void anythingIsAllowedWhereNothingIsNamed() {
        assertThat(new AllowedHosts(List.of()).refusal(on("anywhere.example", "::1")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.1.0.0/33", "10.1.0.0/x", "db.example/8", "-db", "a b", "*", "999.1.1.1", "*.*.example"})
    void refusesWhatIsNoPlace(String text) {
        assertThatThrownBy(() -> new AllowedHosts(List.of(text))).hasMessageContaining("allowedHosts");
    }
}
