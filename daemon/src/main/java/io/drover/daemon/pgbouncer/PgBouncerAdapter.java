/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.replication.IncludeFile;
import io.drover.replication.PoolerLogins;
import io.drover.topology.ZooKeeperClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Steers the PgBouncer processes of one machine by the topologies of the shards behind their databases. Ended by its process's end at any
 * moment; the next one begins from the topologies and from what the processes and the include file say.
 */
public final class PgBouncerAdapter implements AutoCloseable {
    private final IncludeFile file;
    private final ZooKeeperClient zooKeeper;
    private final List<PoolerShard> shards;

    private PgBouncerAdapter(IncludeFile file, ZooKeeperClient zooKeeper, List<PoolerShard> shards) {
        this.file = file;
        this.zooKeeper = zooKeeper;
        this.shards = shards;
    }

    /**
     * Starts.
     *
     * @throws DroverException PREFLIGHT_FAILED when a file or a login is wrong, STATE_CONFLICT when the include file is somebody
     *     else's; nothing is changed then. A process that does not answer is no reason: it may be what a fence waits for
     */
    public static PgBouncerAdapter start(PgBouncerConfiguration configuration) {
        PoolerSettings settings = configuration.settings();
        Poolers poolers = configuration.poolers();
        PoolerLogins logins = configuration.logins();
        PoolerChecks checks = new PoolerChecks(settings, poolers, logins);
        List<PoolerFinding> wrong = new ArrayList<>(checks.ofFiles());
        settings.processes().forEach(process -> checks.ofProcess(process).stream()
                .filter(finding -> finding.id().equals("B4") || finding.id().equals("B2"))
                .forEach(wrong::add));
        if (!wrong.isEmpty()) {
            throw new DroverException(
                    ErrorCode.PREFLIGHT_FAILED,
                    "the adapter " + settings.name() + " does not start and has changed nothing: "
                            + wrong.stream().map(PoolerFinding::message).collect(Collectors.joining("; ")),
                    wrong.stream().map(PoolerFinding::remedy).distinct().collect(Collectors.joining("; ")));
        }
        IncludeFile file = IncludeFile.own(settings.include());
        try {
            Include include = Include.open(file, settings.name());
            ZooKeeperClient zooKeeper = configuration.getZookeeper().open();
            List<PoolerShard> shards = settings.databases().stream()
                    .map(database -> new PoolerShard(
                            settings, database, include, poolers, checks, () -> common(checks, settings), zooKeeper))
                    .toList();
            shards.forEach(PoolerShard::start);
            return new PgBouncerAdapter(file, zooKeeper, shards);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    static List<PoolerFinding> common(PoolerChecks checks, PoolerSettings settings) {
        List<PoolerFinding> findings = new ArrayList<>(checks.ofFiles());
        settings.processes().forEach(process -> findings.addAll(checks.ofProcess(process)));
        return findings;
    }

    /** Leaves every shard; PgBouncer goes on as it is. */
    @Override
    public void close() {
        shards.forEach(PoolerShard::close);
        zooKeeper.close();
        file.close();
    }
}
