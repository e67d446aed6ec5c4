/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.NodePath;
import io.drover.api.ShardAdoption;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardsResourceTest {
    private static TestController controller;

    @BeforeAll
    static void start() {
        controller = new TestController();
    }

    @AfterAll
    static void stop() {
        controller.close();
    }

    @BeforeEach
    void clear() {
        controller.services.calls.clear();
    }

    @Test
    void listsShardsAndNodes() {
        assertThat(controller.get("/v1/shards").body())
                .startsWith("{\"shards\":[{\"v\":1,\"shard\":\"shard_01\",")
                .contains("\"epoch\":7", "\"fence\":null");
        assertThat(controller.get("/v1/shards/shard_01").body()).startsWith("{\"v\":1,");
        assertThat(controller.get("/v1/nodes").body())
                .isEqualTo(
                        "{\"nodes\":[{\"id\":\"node_a\",\"host\":\"127.0.0.21\",\"agent\":\"http://127.0.0.21:8090\","
                                + "\"alive\":true,\"instances\":[],\"disk\":{\"free\":1,\"total\":2}}]}");
    }

    @Test
    void adoptsAnInstance() {
        HttpResponse<String> answer =
                put("{\"node\": \"node_a\", \"dataDir\": \"/d\", \"port\": 5433, \"database\": \"app\"}");

        assertThat(answer.statusCode()).isEqualTo(201);
        ShardAdoption adoption = controller.services.lastAdoption;
        assertThat(adoption).isNotNull();
        assertThat(adoption.dataDir()).isEqualTo(new NodePath("/d"));
    }

    @Test
    void makesAnInstanceWithoutADirectory() {
        assertThat(put("{\"node\": \"node_a\", \"port\": 5433, \"database\": \"app\", \"initialize\": true}")
                        .statusCode())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"node\": \"node_a\", \"port\": 5433, \"database\": \"app\"}|400|dataDir",
                "{\"node\": \"node_a\", \"dataDir\": \"/d\", \"database\": \"app\"}|400|port",
                "{\"node\": \"node_a\", \"dataDir\": \"/d\", \"port\": \"5433\", \"database\": \"app\"}|400|port",
                "{\"node\": \"node_a\", \"dataDir\": \"/d\", \"port\": 70000, \"database\": \"app\"}|422|port",
                "{\"node\": \"node_a\", \"dataDir\": \"/d\", \"port\": 1, \"database\": \"app\", \"initialize\": true}"
                        + "|422|NOT_SUPPORTED",
                "{\"node\": \"Node A\", \"dataDir\": \"/d\", \"port\": 5433, \"database\": \"app\"}|400|node"
            })
    void refusesAnAdoptionThatLacksSomething(String body, int status, String named) {
        HttpResponse<String> answer = put(body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(named);
        assertThat(controller.services.calls).isEmpty();
    }

    @Test
    void purgesOnANamedNode() {
        assertThat(controller.post("/v1/shards/shard_01/purge", "{}").statusCode())
                .isEqualTo(400);
        assertThat(controller
                        .post("/v1/shards/shard_01/purge", "{\"node\": \"node_a\"}")
                        .body())
                .isEqualTo("{\"directories\":[\"/data/set-aside\"]}");
        assertThat(controller.services.calls).containsExactly("purge shard_01 node_a");
    }

    @Test
    void forgetsANode() {
        assertThat(controller
                        .send(controller.request("/v1/nodes/node_c").DELETE())
                        .body())
                .isEqualTo("{\"node\":\"node_c\"}");
        assertThat(controller.services.calls).containsExactly("forget node_c");
    }

    private static HttpResponse<String> put(String body) {
        return controller.send(controller
                .request("/v1/shards/shard_01")
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }
}
