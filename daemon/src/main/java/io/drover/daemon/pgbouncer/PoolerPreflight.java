/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.PreflightReport;
import io.drover.api.PreflightReport.Check;
import io.drover.api.PreflightReport.Severity;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.daemon.pgbouncer.PoolerChecks.Known;
import io.drover.replication.IncludeFile;
import io.drover.replication.PoolerLogins;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The preflight by itself, for a person before the adapter is started or a move is wanted. */
public final class PoolerPreflight {
    private PoolerPreflight() {}

    /** Asks everything and changes nothing. */
    public static PreflightReport run(PgBouncerConfiguration configuration) {
        try (ZooKeeperClient client = configuration.getZookeeper().openAsClient()) {
            return run(configuration.settings(), configuration.poolers(), configuration.logins(), client);
        }
    }

    /** The same, of whatever is behind the ports. */
    public static PreflightReport run(
            PoolerSettings settings, Poolers poolers, PoolerLogins logins, ZooKeeperClient zooKeeper) {
        PoolerChecks checks = new PoolerChecks(settings, poolers, logins);
        List<PoolerFinding> findings = new ArrayList<>(ofInclude(settings));
        List<Known> known = new ArrayList<>();
        TopologyStore topologies = new TopologyStore(zooKeeper);
        for (PoolerSettings.Database database : settings.databases()) {
            ofShard(database, topologies, known).ifPresent(findings::add);
        }
        findings.addAll(checks.all(known));
        if (findings.isEmpty()) {
            return PreflightReport.of(
                    List.of(new Check("B", Severity.INFO, true, "nothing is in the way of a move", null)));
        }
        return PreflightReport.of(findings.stream()
                .distinct()
                .map(finding -> new Check(
                        finding.id(),
                        finding.blocks() ? Severity.BLOCK : Severity.WARN,
                        false,
                        finding.message(),
                        finding.remedy()))
                .toList());
    }

    private static List<PoolerFinding> ofInclude(PoolerSettings settings) {
        try {
            Include.parse(IncludeFile.look(settings.include()), settings.include(), settings.name());
            return List.of();
        } catch (DroverException e) {
            return List.of(
                    new PoolerFinding("B2", true, e.getMessage(), e.hint().orElse("")));
        }
    }

    private static Optional<PoolerFinding> ofShard(
            PoolerSettings.Database database, TopologyStore topologies, List<Known> known) {
        try {
            Optional<ShardTopology> found = topologies.read(database.shard()).map(Versioned::value);
            found.filter(topology -> topology.state() == TopologyState.SERVING)
                    .ifPresent(topology -> known.add(new Known(database.name(), topology, true)));
            return found.isPresent()
                    ? Optional.empty()
                    : Optional.of(new PoolerFinding(
                            "B11",
                            true,
                            "ZooKeeper knows no shard " + database.shard(),
                            "correct the shard of " + database.name()));
        } catch (DroverException e) {
            if (e.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE) {
                throw e;
            }
            return Optional.of(
                    new PoolerFinding("B11", true, e.getMessage(), "check zookeeper.connect with its chroot"));
        }
    }
}
