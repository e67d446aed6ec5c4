/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import java.util.Map;
import java.util.TreeMap;

/** Asks what would stand in the way of a move, without one. */
final class DryRun {
    private DryRun() {}

    /** Messages of the checks that fail, by check. */
    static Map<String, String> failures(LocalCluster cluster, ShardId shard, NodeId target) {
        DroverRest.Answer answer = cluster.rest()
                .post("/v1/moves", "{\"shard\":\"%s\",\"target\":\"%s\",\"dryRun\":true}".formatted(shard, target));
        Map<String, String> failures = new TreeMap<>();
        for (JsonNode check : answer.succeeded().json().get("preflight").get("checks")) {
            if (!check.get("ok").asBoolean()) {
                failures.put(check.get("id").asText(), check.get("message").asText());
            }
        }
        return failures;
    }
}
