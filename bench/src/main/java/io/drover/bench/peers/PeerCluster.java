/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.bench.LoadKind;
import io.drover.bench.SessionClient;
import io.drover.bench.WriteClient;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.LedgerSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** A peer's two nodes with the application's database, as big as the shard that Drover moves. */
final class PeerCluster {
    private static final Duration READY_LIMIT = Duration.ofMinutes(3);
    private static final Duration SWITCH_LIMIT = Duration.ofMinutes(2);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final String COMMAND = "switchover";
    /** A standby that streams and is no further behind than this follows as fast as it can. */
    private static final String FOLLOWS = "select count(*) from pg_stat_replication where state = 'streaming'"
            + " and pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) < 1048576";

    private final PeerSite site;
    private final PeerProduct product;
    private final String password = PeerSite.secret();

    /**
     * A switch on its way.
     *
     * @param moments when writes were first held, and when the other node took them
     * @param command the product's own
     */
    record Switching(SwitchWatch.Moments moments, Process command) {}

    PeerCluster(PeerSite site, PeerProduct product) {
        this.site = site;
        this.product = product;
    }

    /**
     * Sets everything up.
     *
     * @param rows of the table that makes the shard as big as it is
     * @param writers the load makes tables for so many
     * @throws IllegalStateException when that fails, with what the product said
     */
    void create(long rows, int writers) throws SQLException {
        product.create();
        PeerNode primary = primary();
        primary.psql().run("postgres", """
                select 'create database %2$s' where not exists (select from pg_database where datname = '%2$s') \\gexec
                create role %1$s login password '%3$s';
                grant connect, temporary, create on database %2$s to %1$s;
                """.formatted(LocalCluster.USER, LocalCluster.DATABASE, password));
        primary.psql().run(LocalCluster.DATABASE, "grant usage, create on schema public to " + LocalCluster.USER);
        try (Connection connection = connect(primary)) {
            LedgerSchema.create(connection, rows);
            LoadKind.createTables(connection, writers);
        }
        awaitReady();
        for (PeerNode node : site.nodes()) {
            List<String> differences = site.settings().differences(PostgresSettings.of(node.psql()));
            if (!differences.isEmpty()) {
                throw new IllegalStateException(
                        node.name() + " has other settings than the shard: " + String.join("; ", differences));
            }
        }
    }

    /** An application that knows nothing but the addresses. */
    WriteClient client(int writers, int idle) {
        String url = site.nodes().stream()
                .map(PeerNode::address)
                .collect(Collectors.joining(
                        ",", "jdbc:postgresql://", "/" + LocalCluster.DATABASE + "?targetServerType=primary"));
        return new PeerClient(url, password, writers, idle);
    }

    /** Who takes writes. */
    PeerNode primary() {
        List<PeerNode> primaries =
                site.nodes().stream().filter(PeerCluster::isPrimary).toList();
        if (primaries.size() != 1) {
            throw new IllegalStateException("there are " + primaries.size() + " primaries among "
                    + site.nodes().size() + " nodes");
        }
        return primaries.get(0);
    }

    /**
     * Waits until the other node follows the primary and the product takes another switch.
     *
     * @return the primary
     */
    PeerNode awaitReady() {
        Waiting.until("one node follows the other, and the product says so", READY_LIMIT, () -> {
            Waiting.pause(LOOK_AGAIN);
            return isFollowed() && product.isSettled();
        });
        return primary();
    }

    /**
     * Switches to the other node; the command may still run.
     *
     * @throws IllegalStateException when that fails or takes too long
     */
    Switching switchOver(PeerNode from) {
        PeerNode to = site.nodes().stream()
                .filter(node -> !node.equals(from))
                .findFirst()
                .orElseThrow();
        try (SwitchWatch watch = new SwitchWatch(() -> connect(from), () -> connect(to), SWITCH_LIMIT)) {
            Process command = product.programs().start(COMMAND, product.switchCommand(from, to));
            try {
                return new Switching(watch.await(() -> !command.isAlive() && command.exitValue() != 0), command);
            } catch (IllegalStateException e) {
                command.destroyForcibly();
                throw new IllegalStateException(
                        e.getMessage() + "; the command: " + product.programs().tail(COMMAND), e);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the servers cannot be watched: " + e.getMessage(), e);
        }
    }

    /**
     * Waits for the end of a switch's command, which goes on after the new primary is there: the old one has to follow.
     *
     * @throws IllegalStateException when it fails or takes too long
     */
    void finish(Switching switching) {
        product.programs().await(COMMAND, switching.command(), SWITCH_LIMIT);
    }

    private boolean isFollowed() {
        try {
            return primary().psql().run("postgres", FOLLOWS).equals("1");
        } catch (IllegalStateException e) {
            // a server starts just now
            return false;
        }
    }

    private static boolean isPrimary(PeerNode node) {
        try {
            return node.psql().run("postgres", "select pg_is_in_recovery()").equals("f");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private Connection connect(PeerNode node) throws SQLException {
        return DriverManager.getConnection(
                node.jdbcUrl() + "?connectTimeout=5&socketTimeout=600", LocalCluster.USER, password);
    }

    /** As Drover's clients that know nothing of it. */
    private static final class PeerClient extends SessionClient {
        PeerClient(String url, String password, int writers, int idle) {
            super(url, password, writers, idle);
        }
    }
}
