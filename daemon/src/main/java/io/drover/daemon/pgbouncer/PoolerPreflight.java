/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.PreflightReport;
import io.drover.api.PreflightReport.Check;
import io.drover.api.PreflightReport.Severity;
import io.drover.replication.IncludeFile;
import io.drover.topology.TopologyStore;
import io.drover.topology.ZooKeeperClient;
import java.util.ArrayList;
import java.util.List;

/** The preflight by itself, for a person before the adapter is started or a move is wanted. */
public final class PoolerPreflight {
    private PoolerPreflight() {}

    /** Asks everything and changes nothing. */
    public static PreflightReport run(PgBouncerConfiguration configuration) {
        PoolerSettings settings = configuration.settings();
        PoolerChecks checks = new PoolerChecks(settings, configuration.poolers(), configuration.logins());
        List<PoolerFinding> findings = new ArrayList<>(PgBouncerAdapter.common(checks, settings));
        findings.addAll(ofInclude(settings));
        try (ZooKeeperClient client = configuration.getZookeeper().open()) {
            TopologyStore topologies = new TopologyStore(client);
            for (PoolerSettings.Database database : settings.databases()) {
                findings.addAll(ofShard(checks, database, topologies));
            }
        }
        if (findings.isEmpty()) {
            return PreflightReport.of(List.of(new Check("B", Severity.INFO, true, "nothing is in the way of a move", null)));
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
            return List.of(new PoolerFinding("B2", true, e.getMessage(), e.hint().orElse("")));
        }
    }

    private static List<PoolerFinding> ofShard(
            PoolerChecks checks, PoolerSettings.Database database, TopologyStore topologies) {
        try {
            return topologies
                    .read(database.shard())
                    .map(found -> checks.ofDatabase(database, found.value(), true))
                    .orElseGet(() -> List.of(new PoolerFinding(
                            "B11", true, "ZooKeeper knows no shard " + database.shard(), "correct the shard of " + database.name())));
        } catch (DroverException e) {
            if (e.code() != ErrorCode.ZOOKEEPER_UNAVAILABLE) {
                throw e;
            }
            return List.of(new PoolerFinding(
                    "B11", true, e.getMessage(), "check zookeeper.connect with its chroot"));
        }
    }
}
