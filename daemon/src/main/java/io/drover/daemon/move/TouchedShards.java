/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.InstanceId;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.topology.NodeRecord;
import io.drover.topology.Versioned;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whose shards an adoption touches. What becomes a shard of an instance moves and is fenced with the others in it from then on, and
 * what becomes a standby of one is a standby of all: so it is the business of whoever may do that to each of them.
 */
record TouchedShards(Services services) {
    /** By what the adoption says and what is known of the node; asks the node's agent, and has it do nothing. */
    List<ShardId> before(ShardId id, Optional<ShardTopology> known, ShardAdoption adoption, NodeRecord node) {
        List<ShardTopology> all =
                services.topology().readAll().stream().map(Versioned::value).toList();
        Set<InstanceId> instances = Stream.of(
                        known.stream().map(ShardTopology::instance),
                        all.stream()
                                .filter(shard -> shard.primary().node().equals(node.id())
                                        && shard.primary().port() == adoption.port())
                                .map(ShardTopology::instance),
                        // a shard that is known is of an instance that is known
                        known.isPresent() ? Stream.<InstanceId>empty() : there(node, adoption))
                .flatMap(found -> found)
                .collect(Collectors.toSet());
        return with(
                id,
                all.stream()
                        .filter(shard -> instances.contains(shard.instance()))
                        .map(ShardTopology::shard));
    }

    /** By the instance that it was: what nobody knew of before is not published under another's eyes. */
    List<ShardId> after(ShardId id, InstanceId instance) {
        return with(
                id,
                services.topology().readInstance(instance).stream()
                        .map(topology -> topology.value().shard()));
    }

    /** The instances that the node's agent knows in that directory, or running at that port. */
    private Stream<InstanceId> there(NodeRecord node, ShardAdoption adoption) {
        String dataDir = adoption.dataDir() == null ? "" : adoption.dataDir().value();
        return services.agents().node(node.id()).instances().stream()
                .filter(instance ->
                        instance.dataDir().equals(dataDir) || instance.running() && instance.port() == adoption.port())
                .map(InstanceReport::instance);
    }

    private static List<ShardId> with(ShardId id, Stream<ShardId> others) {
        return Stream.concat(Stream.of(id), others).distinct().sorted().toList();
    }
}
