/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.Json;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A move that waits for its approval when it is ready, and is aborted then. The target's agent tells how its copy goes. */
final class DroverCopier implements Copier {
    private static final Duration LIMIT = Duration.ofHours(2);
    /** The times are too long by no more than this. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private static final NodeId TARGET = LocalCluster.NODE_B;

    private final LocalCluster cluster;

    DroverCopier(LocalCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Times copy(@Nullable Long maxRateBytes) {
        DroverRest rest = cluster.rest();
        String bootstrap = maxRateBytes == null
                ? "\"checkpoint\":\"fast\""
                : "\"checkpoint\":\"fast\",\"maxRate\":\"" + maxRateBytes / 1024 + "KiB\"";
        Move move = rest.createMove(
                "{\"shard\":\"%s\",\"target\":\"%s\",\"cutover\":\"approve\",\"verify\":{\"level\":\"none\"},\"bootstrap\":{%s},\"waive\":[%s]}"
                        .formatted(LocalCluster.SHARD, TARGET, bootstrap, LocalCluster.WAIVER));
        try {
            Times times = follow(rest.shard(LocalCluster.SHARD).instance().value());
            rest.await(move.id(), MoveState.READY, LIMIT);
            throwAway(move);
            return times;
        } catch (IllegalStateException e) {
            try {
                throwAway(move);
            } catch (IllegalStateException later) {
                e.addSuppressed(later);
            }
            throw e;
        }
    }

    /** Copies that pile up would fill the disk. */
    private void throwAway(Move move) {
        DroverRest rest = cluster.rest();
        rest.act(move.id(), "abort");
        rest.await(move.id(), MoveState.ABORTED, LIMIT);
        rest.post("/v1/shards/" + LocalCluster.SHARD + "/purge", "{\"node\":\"" + TARGET + "\"}")
                .succeeded();
    }

    private Times follow(String instance) {
        DroverRest agent = cluster.rest().at(cluster.node(TARGET).agent());
        long begun = 0;
        long copied = 0;
        long limit = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() - limit < 0) {
            DroverRest.Answer answer = agent.get("/v1/instances/" + instance + "/job");
            long now = System.nanoTime();
            if (answer.status() == 200) {
                JobReport job = Json.read(answer.body().getBytes(StandardCharsets.UTF_8), JobReport.class);
                begun = begun == 0 && job.phase().equals("copy") ? now : begun;
                copied = copied == 0 && job.phase().equals("verify") ? now : copied;
                if (job.state() == JobState.FAILED) {
                    throw new IllegalStateException("the copy failed: " + job.error());
                }
                if (job.state() == JobState.DONE && begun != 0) {
                    return new Times(job.bytesDone(), begun, copied == 0 ? now : copied, now);
                }
            }
            Waiting.pause(LOOK_AGAIN);
        }
        throw new IllegalStateException("the copy has not ended within " + LIMIT);
    }
}
