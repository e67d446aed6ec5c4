/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.ByteSize;
import io.drover.api.CanaryQuery;
import io.drover.api.Durations;
import io.drover.api.Json;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The fields of a move request. Only what was given is sent, so that the controller's defaults hold. */
final class RequestOptions {
    @Parameters(paramLabel = "SHARD", description = "the shard to move; its whole instance moves")
    private @Nullable ShardId shard;

    @Option(names = "--to", required = true, paramLabel = "NODE", description = "the node to move it to")
    private @Nullable NodeId target;

    @Option(
            names = "--standby",
            paramLabel = "NODE",
            split = ",",
            description = "a node that follows the target as standby")
    private List<NodeId> standbys = new ArrayList<>();

    @Option(
            names = "--cutover",
            paramLabel = "WHEN",
            description = "auto, or approve: wait for 'bin/drover approve'; default auto")
    private MoveRequest.@Nullable Cutover cutover;

    @Option(names = "--mode", description = "auto, sealed, strict, clean-stop; default auto")
    private MoveRequest.@Nullable Mode mode;

    @Option(
            names = "--max-write-pause",
            paramLabel = "SPAN",
            description = "over it the move aborts by itself; default 2s")
    private @Nullable Duration maxWritePause;

    @Option(
            names = "--drain-timeout",
            paramLabel = "SPAN",
            description = "how long clients may drain; default 500ms, or the write pause when that is shorter")
    private @Nullable Duration drainTimeout;

    @Option(
            names = "--blockers",
            paramLabel = "WHAT",
            description = "what stands in the way of the cutover: wait, abort, terminate; default wait")
    private MoveRequest.@Nullable Blockers blockers;

    @Option(names = "--deadline", paramLabel = "SPAN", description = "limit of the whole move; default none")
    private @Nullable Duration deadline;

    @Option(names = "--method", description = "how the copy is made: basebackup")
    private MoveRequest.@Nullable Method method;

    @Option(
            names = "--max-rate",
            paramLabel = "SIZE",
            description = "limit of the copy per second, 32KiB to 1GiB; default none")
    private @Nullable ByteSize maxRate;

    @Option(names = "--checkpoint", description = "fast or spread; default fast")
    private MoveRequest.@Nullable Checkpoint checkpoint;

    @Option(
            names = "--verify",
            paramLabel = "LEVEL",
            description = "none or counts; default counts; checksums: not there yet")
    private MoveRequest.@Nullable Level level;

    @Option(
            names = "--canary",
            paramLabel = "QUERY",
            description = "must give the same rows on both sides; may be repeated")
    private List<CanaryQuery> canaries = new ArrayList<>();

    @Option(
            names = "--read-shift",
            paramLabel = "PERCENT",
            split = ",",
            description = "such as 1,10,50,100; not there yet")
    private List<Integer> readShift = new ArrayList<>();

    @Option(names = "--bake", paramLabel = "SPAN", description = "how long the way back is kept; default 7d")
    private @Nullable Duration bake;

    @Option(
            names = "--waive",
            paramLabel = "CHECK=REASON",
            description = "take responsibility for a check; may be repeated")
    private Map<String, String> waive = new LinkedHashMap<>();

    boolean awaitsApproval() {
        return cutover == MoveRequest.Cutover.APPROVE;
    }

    ObjectNode body(boolean dryRun) {
        ObjectNode body = Json.mapper().createObjectNode();
        put(body, "shard", shard);
        put(body, "target", target);
        putAll(body, "standbys", standbys);
        put(body, "cutover", cutover);
        put(body, "mode", mode);
        put(body, "maxWritePause", span(maxWritePause));
        put(body, "drainTimeout", span(drainTimeout));
        put(body, "blockers", blockers);
        put(body, "deadline", span(deadline));
        ObjectNode bootstrap = Json.mapper().createObjectNode();
        put(bootstrap, "method", method);
        put(bootstrap, "maxRate", maxRate);
        put(bootstrap, "checkpoint", checkpoint);
        putUnlessEmpty(body, "bootstrap", bootstrap);
        ObjectNode verify = Json.mapper().createObjectNode();
        put(verify, "level", level);
        putAll(verify, "canaries", canaries);
        putUnlessEmpty(body, "verify", verify);
        putAll(body, "readShift", readShift);
        put(body, "bake", span(bake));
        ArrayNode waivers = Json.mapper().createArrayNode();
        waive.forEach((check, reason) -> waivers.addObject().put("check", check).put("reason", reason));
        if (!waivers.isEmpty()) {
            body.set("waive", waivers);
        }
        if (dryRun) {
            body.put("dryRun", true);
        }
        return body;
    }

    private static @Nullable String span(@Nullable Duration value) {
        return value == null ? null : Durations.format(value);
    }

    private static void put(ObjectNode body, String name, @Nullable Object value) {
        if (value != null) {
            body.set(name, Json.mapper().valueToTree(value));
        }
    }

    private static void putAll(ObjectNode body, String name, List<?> values) {
        if (!values.isEmpty()) {
            body.set(name, Json.mapper().valueToTree(values));
        }
    }

    private static void putUnlessEmpty(ObjectNode body, String name, ObjectNode value) {
        if (!value.isEmpty()) {
            body.set(name, value);
        }
    }
}
