/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.time.Scheduler;
import io.drover.topology.Versioned;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the topology file: writes it on a thread of its own, after a topology was acted on, so that no disk holds up a fence; again
 * every hour while ZooKeeper is reached, so that its age is the time since ZooKeeper was last heard. A fence is never written.
 */
final class TopologyMemory {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyMemory.class);
    private static final Duration CONFIRM_AGAIN = Duration.ofHours(1);
    /** Whatever ZooKeeper says at the same epoch is newer. */
    private static final long BEFORE_ALL = -1;

    private final ShardDataSourceConfig config;
    private final @Nullable TopologyFile file;
    private final KitMetrics metrics;
    private final KitThreads threads;
    private final Lock writing;
    private volatile @Nullable Versioned<ShardTopology> newest;

    private TopologyMemory(
            ShardDataSourceConfig config,
            @Nullable TopologyFile file,
            Scheduler scheduler,
            KitMetrics metrics,
            KitThreads threads) {
        this.config = config;
        this.file = file;
        this.metrics = metrics;
        this.threads = threads;
        this.writing = scheduler.newLock();
    }

    /** The memory that the configuration asks for, which may be none. */
    static TopologyMemory of(
            ShardDataSourceConfig config, Scheduler scheduler, KitMetrics metrics, KitThreads threads) {
        TopologyFile file = config.topologyFile() == null
                ? null
                : new TopologyFile(
                        config.topologyFile(),
                        config.zookeeper(),
                        config.shard(),
                        config.topologyFileMaxAge(),
                        scheduler.clock());
        return new TopologyMemory(config, file, scheduler, metrics, threads);
    }

    /**
     * The topology to start with while ZooKeeper is away.
     *
     * @param failure why it could not be read from ZooKeeper
     * @throws DroverException that failure, when ZooKeeper is there, there is no file, or it is refused
     */
    Versioned<ShardTopology> recall(DroverException failure) {
        if (file == null || failure.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE) {
            throw failure;
        }
        try {
            ShardTopology topology = file.read();
            LOG.warn(
                    "shard {}: {}; started with {}, which says epoch {} on {}: each session has to prove itself there",
                    config.shard(),
                    failure.getMessage(),
                    file.path(),
                    topology.epoch(),
                    topology.primary().node());
            return new Versioned<>(topology, 0, BEFORE_ALL, BEFORE_ALL, Instant.EPOCH);
        } catch (TopologyFile.Refused e) {
            throw new DroverException(
                    failure.code(),
                    failure.getMessage() + "; " + e.getMessage(),
                    failure.hint().orElse(null),
                    failure);
        }
    }

    /** Confirms the newest topology again and again as long as ZooKeeper is reached. */
    void keepWhile(BooleanSupplier connected) {
        if (file != null) {
            threads.after(CONFIRM_AGAIN, () -> {
                Versioned<ShardTopology> known = newest;
                if (known != null && connected.getAsBoolean()) {
                    threads.background(() -> write(known));
                }
                keepWhile(connected);
            });
        }
    }

    /** ZooKeeper says so. */
    void confirmed(Versioned<ShardTopology> read) {
        if (file != null && read.value().state() == TopologyState.SERVING) {
            newest = read;
            threads.background(() -> write(read));
        }
    }

    private void write(Versioned<ShardTopology> confirmed) {
        writing.lock();
        try {
            // one that was confirmed later has been written or will be
            if (file != null && confirmed.equals(newest)) {
                file.write(confirmed.value());
            }
        } catch (IOException e) {
            metrics.fileFailed();
            LOG.warn(
                    "shard {}: epoch {} is not in the topology file; until it is, a start without ZooKeeper finds what is there: {}",
                    config.shard(),
                    confirmed.value().epoch(),
                    e.toString());
        } finally {
            writing.unlock();
        }
    }
}
