/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.replication.IncludeFile;
import io.drover.replication.PoolerLogins;
import io.drover.topology.PoolerRegistry;
import io.drover.topology.ZooKeeperClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Steers the PgBouncer processes of one machine by the topologies of the shards behind their databases. Ended by its process's end at any
 * moment; the next one begins from the topologies and from what the processes and the include file say.
 */
public final class PgBouncerAdapter implements AutoCloseable {
    /** Whose files, and whose login: what no waiting mends. */
    private static final Set<String> AT_START = Set.of("B2", "B4");

    private final IncludeFile file;
    private final ZooKeeperClient zooKeeper;
    private final List<PoolerShard> shards;

    private PgBouncerAdapter(IncludeFile file, ZooKeeperClient zooKeeper, List<PoolerShard> shards) {
        this.file = file;
        this.zooKeeper = zooKeeper;
        this.shards = shards;
    }

    /**
     * Starts by a configuration file.
     *
     * @throws DroverException as the other {@code start}
     */
    public static PgBouncerAdapter start(PgBouncerConfiguration configuration) {
        return start(
                configuration.settings(),
                configuration.poolers(),
                configuration.logins(),
                configuration.getZookeeper()::openAsClient);
    }

    /**
     * Starts.
     *
     * @param zooKeeper opens the adapter's connection, which it closes
     * @throws DroverException PREFLIGHT_FAILED when a file or a login is wrong, STATE_CONFLICT when the include file is somebody
     *     else's; nothing is changed then. A process that does not answer is no reason: it may be what a fence waits for
     */
    public static PgBouncerAdapter start(
            PoolerSettings settings, Poolers poolers, PoolerLogins logins, Supplier<ZooKeeperClient> zooKeeper) {
        PoolerChecks checks = new PoolerChecks(settings, poolers, logins);
        List<PoolerFinding> wrong = new ArrayList<>(checks.ofFiles());
        settings.processes()
                .forEach(process -> checks.ofProcess(process, List.of()).stream()
                        .filter(finding -> AT_START.contains(finding.id()))
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
            ZooKeeperClient client = zooKeeper.get();
            List<PoolerShard> shards = settings.databases().stream()
                    .map(database -> new PoolerShard(settings, database, include, poolers, checks, client))
                    .toList();
            shards.forEach(PoolerShard::start);
            return new PgBouncerAdapter(file, client, shards);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Forgets the adapter's group for each of its shards; tells what was done. */
    public static List<String> retire(PgBouncerConfiguration configuration) {
        PoolerSettings settings = configuration.settings();
        try (ZooKeeperClient client = configuration.getZookeeper().openAsClient()) {
            PoolerRegistry groups = new PoolerRegistry(client);
            String group = settings.group().name();
            return settings.databases().stream()
                    .map(PoolerSettings.Database::shard)
                    .distinct()
                    .map(shard -> groups.forget(shard, group)
                            ? "group " + group + " of shard " + shard + " is forgotten"
                            : "shard " + shard + " knows no group " + group)
                    .toList();
        }
    }

    /** Leaves every shard; PgBouncer goes on as it is. */
    @Override
    public void close() {
        shards.forEach(PoolerShard::close);
        zooKeeper.close();
        file.close();
    }
}
