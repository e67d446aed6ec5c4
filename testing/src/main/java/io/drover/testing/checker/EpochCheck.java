/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.NodeId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Evidence.TopologyChange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** K7: the topologies that ZooKeeper has stored are a chain of allowed transitions, and no client was served by another node than its epoch's. */
final class EpochCheck {
    private EpochCheck() {}

    static Finding of(Evidence evidence) {
        if (evidence.chain().isEmpty()) {
            return Finding.unproven(Check.K7_EPOCHS, "which topologies there were is not known");
        }
        Finding.Collector found = new Finding.Collector(Check.K7_EPOCHS);
        chain(evidence.chain(), found);
        Map<Long, Set<String>> nodes = nodesOfEpochs(evidence.chain());
        nodes.forEach((epoch, named) -> {
            if (named.size() > 1) {
                found.violation("epoch " + epoch + " has the primaries " + named);
            }
        });
        for (Acked write : Acked.of(evidence)) {
            if (write.epoch().isPresent() && write.place().isPresent()) {
                found.looked(1);
                long epoch = write.epoch().orElseThrow();
                Set<String> allowed = nodes.getOrDefault(epoch, Set.of());
                if (!allowed.contains(write.place().orElseThrow().node())) {
                    found.violation(write + " under epoch " + epoch + ", whose primary is " + allowed);
                }
            }
        }
        return found.finding();
    }

    private static void chain(List<TopologyChange> chain, Finding.Collector found) {
        long zxid = Long.MIN_VALUE;
        long highest = Long.MIN_VALUE;
        Optional<ShardTopology> before = Optional.empty();
        for (TopologyChange change : chain) {
            found.looked(1);
            if (change.zxid() <= zxid) {
                found.gap("the transactions of ZooKeeper are not in order: " + change.zxid() + " after " + zxid);
            }
            zxid = change.zxid();
            if (change.topology().isPresent()) {
                ShardTopology now = change.topology().orElseThrow();
                boolean allowed = before.map(old -> allowed(old, now)).orElse(true);
                if (!allowed || before.isEmpty() && now.epoch().value() <= highest) {
                    found.violation("transaction " + Long.toHexString(zxid) + " brings the shard from "
                            + before.map(EpochCheck::describe).orElse("nothing, after epoch " + highest) + " to "
                            + describe(now));
                }
                highest = Math.max(highest, now.epoch().value());
            }
            before = change.topology();
        }
    }

    private static boolean allowed(ShardTopology old, ShardTopology now) {
        if (!old.shard().equals(now.shard()) || !old.instance().equals(now.instance())) {
            return false;
        }
        long step = now.epoch().value() - old.epoch().value();
        boolean samePrimary = old.primary().equals(now.primary());
        if (old.state() == now.state()) {
            return step == 0 && samePrimary;
        }
        return switch (old.state()) {
            case SERVING -> now.state() == TopologyState.FENCED && step == 1 && samePrimary;
            case FENCED ->
                (now.state() == TopologyState.PROMOTING || now.state() == TopologyState.ABORTING)
                        && step == 0
                        && samePrimary;
            case ABORTING -> now.state() == TopologyState.SERVING && step == 1 && samePrimary;
            case PROMOTING ->
                now.state() == TopologyState.SERVING
                        && step == 1
                        && target(old).equals(Optional.of(now.primary().node()));
            case UNKNOWN -> false;
        };
    }

    private static Optional<NodeId> target(ShardTopology topology) {
        return topology.replicas().stream()
                .filter(replica -> replica.role() == ReplicaRole.TARGET)
                .map(ShardTopology.Replica::node)
                .findFirst();
    }

    private static Map<Long, Set<String>> nodesOfEpochs(List<TopologyChange> chain) {
        Map<Long, Set<String>> nodes = new HashMap<>();
        chain.forEach(change -> change.topology()
                .ifPresent(topology -> nodes.computeIfAbsent(topology.epoch().value(), epoch -> new HashSet<>())
                        .add(topology.primary().node().value())));
        return nodes;
    }

    private static String describe(ShardTopology topology) {
        return topology.state() + " " + topology.epoch() + " on "
                + topology.primary().node();
    }
}
