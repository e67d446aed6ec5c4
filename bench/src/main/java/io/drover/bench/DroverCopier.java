/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.JobState;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A move that waits for its approval when it is ready, and is aborted then. Its files and the target's agent tell how its copy goes. */
final class DroverCopier implements Copier {
    private static final Duration LIMIT = Duration.ofHours(2);
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

    /**
     * Goes by the files as long as they come: the agent, when it is asked then, looks at all of them to tell how many bytes there are.
     * pg_basebackup makes its directory first and gives the manifest its name last.
     */
    private Times follow(String instance) {
        Path home = cluster.node(TARGET).dataRoot().resolve(LocalCluster.SHARD.value());
        Path staging = Waiting.untilPresent("the copy has begun", LIMIT, () -> staging(home));
        long begun = System.nanoTime();
        Waiting.until(
                "the copy has ended",
                LIMIT,
                () -> Files.exists(staging.resolve("backup_manifest")) || !Files.exists(staging));
        long copied = System.nanoTime();
        DroverRest agent = cluster.rest().at(cluster.node(TARGET).agent());
        JobReport job = Waiting.untilPresent("the copy is verified", LIMIT, () -> ended(agent, instance));
        if (job.state() != JobState.DONE) {
            throw new IllegalStateException("the copy failed: " + job.error());
        }
        return new Times(job.bytesDone(), begun, copied, System.nanoTime());
    }

    private static Optional<Path> staging(Path home) {
        try (Stream<Path> files = Files.isDirectory(home) ? Files.list(home) : Stream.empty()) {
            return files.filter(file -> file.toString().contains(".staging-")).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + home, e);
        }
    }

    private static Optional<JobReport> ended(DroverRest agent, String instance) {
        JobReport job =
                agent.get("/v1/instances/" + instance + "/job").succeeded().as(JobReport.class);
        return job.state() == JobState.RUNNING ? Optional.empty() : Optional.of(job);
    }
}
