/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.time.Scheduler;
import io.drover.daemon.config.PostgresTlsFactory;
import io.drover.replication.AdoptionRules;
import io.drover.replication.Connections;
import io.drover.replication.DataDirectories;
import io.drover.replication.InstanceLayout;
import io.drover.replication.LocalPostgresNode;
import io.drover.replication.PostgresBinaries;
import io.drover.replication.PostgresNode;
import io.drover.replication.PostgresServer;
import io.drover.replication.PostgresSession;
import io.drover.replication.RoleSetup.Passwords;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerPlace;
import io.drover.replication.ServerTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The node: its identity, its directories, its PostgreSQL and its time, and how an instance on it is reached.
 *
 * @param node id of the node
 * @param host where its instances listen
 * @param dataRoot where the instances lie that Drover makes
 * @param socketRoot directory of their Unix sockets, or the instance's own when it is the data root
 */
public record NodeTools(
        NodeId node, String host, Path dataRoot, Path socketRoot, PostgresNode postgres, Scheduler scheduler) {
    private static final String DATA = "data";
    private static final String MAINTENANCE_DATABASE = "postgres";

    /** Reads what the configuration names. */
    static NodeTools of(AgentConfiguration configuration) {
        if (!configuration.getSuperuser().equals(Connections.osUser())) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "the agent runs as " + Connections.osUser() + ", but the configured superuser is "
                            + configuration.getSuperuser(),
                    "run the agent as the operating system user of the same name: it logs in by peer authentication");
        }
        Path dataRoot = configuration.getDataRoot().toAbsolutePath();
        Path socketDir = configuration.getSocketDir();
        NodeId node = new NodeId(configuration.getNode());
        return new NodeTools(
                node,
                configuration.getHost(),
                dataRoot,
                socketDir == null ? dataRoot : socketDir.toAbsolutePath(),
                new LocalPostgresNode(
                        node.value(),
                        configuration.getHost(),
                        dataRoot,
                        new PostgresBinaries(configuration.getBinDir()),
                        Passwords.fromFiles(
                                configuration.getPasswordFiles().getDrover(),
                                configuration.getPasswordFiles().getDroverRepl(),
                                configuration.getPasswordFiles().getDroverRewind()),
                        adoptionRules(configuration, dataRoot),
                        tls(configuration.getPostgres().getTls())),
                Scheduler.system());
    }

    private static ServerTls tls(@Nullable PostgresTlsFactory section) {
        return section == null
                ? ServerTls.NONE
                : new ServerTls(section.getCa(), section.getCertificate(), section.getKey());
    }

    /** A further database of an instance that Drover made is adopted like any other. */
    private static AdoptionRules adoptionRules(AgentConfiguration configuration, Path dataRoot) {
        List<Path> roots = configuration.getAdoptRoots();
        return new AdoptionRules(
                roots.isEmpty()
                        ? List.of()
                        : Stream.concat(roots.stream(), Stream.of(dataRoot)).toList(),
                configuration.isServiceManagers());
    }

    /** Where Drover would put an instance that holds the shard. */
    InstanceLayout plannedLayout(ShardId shard) {
        return new InstanceLayout(dataRoot.resolve(shard.value()));
    }

    Path plannedSocketDir(ShardId shard) {
        return socketRoot.equals(dataRoot) ? dataRoot.resolve(shard.value()).resolve("socket") : socketRoot;
    }

    /**
     * Node-local settings and logs of an instance. Those of an adopted instance lie where Drover would have put it; its data
     * directory stays where it is.
     */
    InstanceLayout layout(InstanceRecord record) {
        boolean ours = record.dataDir().endsWith(DATA) && record.directory().startsWith(dataRoot);
        return ours
                ? new InstanceLayout(record.directory())
                : plannedLayout(record.shards().get(0));
    }

    PostgresServer server(InstanceRecord record) {
        return postgres.server(new ServerPlace(
                record.dataDir(),
                record.socketDir(),
                record.port(),
                layout(record),
                record.startArguments(),
                record.service()));
    }

    /** The place to which a copy comes back that was adopted here; empty when it is a new one, or its configuration is gone. */
    Optional<Home> homeOf(InstanceRecord record, int port) {
        return Optional.ofNullable(record.home())
                .filter(home -> home.port() == port)
                .filter(home -> home.configuration()
                        .filter(directory -> directories().isFree(directory))
                        .isEmpty());
    }

    /** Lets nobody else start it where it was adopted, also when its copy lies elsewhere now. */
    void closeLeftGate(InstanceRecord record) {
        Optional.ofNullable(record.home()).map(Home::service).ifPresent(postgres::closeLeftGate);
    }

    /** A directory that belongs to a move, such as {@code data.staging-1a2b3c4d}, beside the data directory. */
    Path beside(InstanceRecord record, String purpose, MoveId move) {
        return directories().beside(record.dataDir(), "." + purpose + "-" + move.shortId());
    }

    ServerFiles files(InstanceRecord record) {
        return server(record).files();
    }

    DataDirectories directories() {
        return postgres.directories();
    }

    /** Whether its postmaster lives. */
    boolean runs(InstanceRecord record) {
        return server(record).postmaster().isPresent();
    }

    Deadline in(Duration limit) {
        return Deadline.in(scheduler, limit);
    }

    /** Asks the running server something in a session of its own. */
    <R> R ask(InstanceRecord record, Function<PostgresSession, R> question) {
        try (PostgresSession session = server(record).connect()) {
            return question.apply(session);
        }
    }

    /** The same where the answer may take long. */
    <R> R ask(InstanceRecord record, Duration limit, Function<PostgresSession, R> question) {
        try (PostgresSession session = server(record).connect(MAINTENANCE_DATABASE, limit)) {
            return question.apply(session);
        }
    }

    /** Does something in a session of its own whose statements may take long. */
    void tell(InstanceRecord record, Duration limit, Consumer<PostgresSession> action) {
        try (PostgresSession session = server(record).connect(MAINTENANCE_DATABASE, limit)) {
            action.accept(session);
        }
    }
}
