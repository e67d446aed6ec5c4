/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.InstanceMemory;
import io.drover.api.agent.Reports.MemoryReport;
import io.drover.topology.Leadership;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the agents whether ZooKeeper holds what they have seen last. After an old snapshot was restored, a move that it brought back
 * would be driven on a topology that is not true any more, and its undo would take the shard from the node that serves it (H39).
 * An agent that does not answer is no evidence: nothing waits for it.
 */
final class EpochMemory {
    private static final Logger LOG = LoggerFactory.getLogger(EpochMemory.class);
    /** A take-over inside the pause passes here. */
    private static final Duration LIMIT = Duration.ofMillis(1_500);

    private final Services services;

    EpochMemory(Services services) {
        this.services = services;
    }

    /**
     * Demands that neither the topology of a move's instance nor the leadership is older than what agents remember.
     *
     * @throws DroverException TOPOLOGY_OUTDATED
     */
    void require(MoveIdentity move, List<NodeId> nodes, Leadership leadership) {
        List<CompletableFuture<MemoryReport>> asked = nodes.stream()
                .map(node ->
                        CompletableFuture.supplyAsync(() -> services.agents().memory(node), services.besides()))
                .toList();
        InstanceId instance = move.instance();
        List<Told> told = asked.stream()
                .flatMap(question -> answer(question).stream())
                .flatMap(report -> report.instances().stream()
                        .filter(memory -> memory.instance().equals(instance))
                        .map(memory -> new Told(report.node(), memory)))
                .toList();
        requireTopology(move, told);
        requireLeadership(told, leadership);
    }

    /** What an agent told. */
    private record Told(NodeId node, InstanceMemory memory) {}

    /** What was read counts as old only when it is proven to be the newest: the read itself may lag behind (H40). */
    private void requireTopology(MoveIdentity move, List<Told> told) {
        while (true) {
            List<Versioned<ShardTopology>> read = services.topology().readInstance(move.instance(), move.shards());
            Optional<Told> ahead = told.stream()
                    .filter(one -> one.memory().seenEpoch().compareTo(newest(read)) > 0)
                    .findFirst();
            if (ahead.isEmpty()) {
                return;
            }
            if (isNewest(read)) {
                throw outdated("the topology of instance " + move.instance() + " is at epoch " + newest(read)
                        + ", and the agent of " + ahead.orElseThrow().node() + " has seen epoch "
                        + ahead.orElseThrow().memory().seenEpoch());
            }
        }
    }

    private boolean isNewest(List<Versioned<ShardTopology>> read) {
        try {
            services.topology().verify(read);
            return true;
        } catch (DroverException e) {
            if (e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
            return false;
        }
    }

    private static void requireLeadership(List<Told> told, Leadership leadership) {
        for (Told one : told) {
            LeaderEpoch heard = one.memory().leaderEpoch();
            if (heard != null && heard.compareTo(leadership.epoch()) > 0) {
                // a later leader of these days is none from the past
                leadership.verify();
                throw outdated("this controller leads at epoch " + leadership.epoch() + ", and the agent of "
                        + one.node() + " has carried out a command of leadership " + heard);
            }
        }
    }

    private static FenceEpoch newest(List<Versioned<ShardTopology>> topologies) {
        return topologies.stream()
                .map(topology -> topology.value().epoch())
                .max(FenceEpoch::compareTo)
                .orElse(new FenceEpoch(0));
    }

    private Optional<MemoryReport> answer(CompletableFuture<MemoryReport> question) {
        try {
            return Optional.of(services.scheduler().await(question, LIMIT));
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("an agent does not tell what it remembers", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.LEADERSHIP_LOST, "stopped while asking agents", null, e);
        }
    }

    private static DroverException outdated(String what) {
        return new DroverException(
                ErrorCode.TOPOLOGY_OUTDATED,
                what
                        + ": ZooKeeper was restored from an old snapshot, or emptied; nothing is moved on it, and what serves"
                        + " goes on",
                "look at what would be written from what the agents remember: bin/drover topology rebuild");
    }
}
