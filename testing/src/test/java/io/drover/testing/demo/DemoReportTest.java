/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoReportTest {
    private static final DemoReport.Cutover CUTOVER = new DemoReport.Cutover(
            new MoveId("abcd1234-0000"),
            "forward",
            new ShardId("shard_01"),
            new NodeId("node_a"),
            new NodeId("node_b"),
            MoveState.BAKING,
            MoveRequest.Mode.SEALED,
            31.2,
            33.0,
            35.1,
            2100L,
            3100,
            List.of(),
            0,
            false,
            123L,
            false);

    @Test
    void hasTheMembersThatProgramsRelyOn() {
        JsonNode json = Json.mapper()
                .valueToTree(new DemoReport(
                        true,
                        List.of(CUTOVER),
                        new DemoReport.Writes(1, 0, 0, 0, 0, 0),
                        new DemoReport.Reads(9, 0),
                        List.of(),
                        1.5,
                        "/var/tmp/drover-demo.1"));

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("ok", "moves", "ledger", "reads", "problems", "seconds", "directory");
        assertThat(json.at("/moves/0").fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "direction",
                        "shard",
                        "source",
                        "target",
                        "outcome",
                        "mode",
                        "writePauseMillis",
                        "clientPauseMillis",
                        "worstClientPauseMillis",
                        "rollbackReadyMillis",
                        "writesPerSecondBefore",
                        "phases",
                        "commitsPastFork",
                        "rewound",
                        "bytesCopied",
                        "vacuous");
        assertThat(json.at("/moves/0/mode").asText()).isEqualTo("sealed");
        assertThat(json.get("ledger").fieldNames())
                .toIterable()
                .containsExactly("acked", "lost", "duplicated", "errors", "unknown", "invented");
        assertThat(json.get("reads").fieldNames()).toIterable().containsExactly("count", "errors");
    }

    @Test
    void saysHowToReachAndToStartEverything() {
        EndpointsFile.Endpoints endpoints = new EndpointsFile.Endpoints(
                "http://127.0.0.1:8080",
                "127.0.0.1:2181/drover",
                10,
                List.of("bin/drover"),
                null,
                List.of(new EndpointsFile.Controller(
                        "c1", 11, "http://127.0.0.1:8080", "http://127.0.0.1:8081", List.of())),
                List.of(new EndpointsFile.Node(
                        "node_a",
                        "127.0.0.21",
                        "http://127.0.0.21:8090",
                        "http://127.0.0.21:8091",
                        21,
                        List.of(),
                        List.of(new EndpointsFile.Instance("shard_01", "/d", "/s")))),
                List.of(new EndpointsFile.Shard("shard_01", "app", "app", "secret", 5433)),
                "token",
                "/var/tmp/drover-demo.1");

        JsonNode json = Json.mapper().valueToTree(endpoints);

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "rest",
                        "zookeeper",
                        "zookeeperPid",
                        "zookeeperStart",
                        "zookeeperAuth",
                        "controllers",
                        "nodes",
                        "shards",
                        "token",
                        "directory");
        assertThat(json.at("/controllers/0").fieldNames())
                .toIterable()
                .containsExactly("id", "pid", "rest", "admin", "start");
        assertThat(json.at("/nodes/0").fieldNames())
                .toIterable()
                .containsExactly("id", "host", "agent", "admin", "pid", "start", "instances");
        assertThat(json.at("/nodes/0/instances/0").fieldNames())
                .toIterable()
                .containsExactly("shard", "dataDir", "socketDir");
        assertThat(json.at("/shards/0").fieldNames())
                .toIterable()
                .containsExactly("id", "database", "user", "password", "port");
    }
}
