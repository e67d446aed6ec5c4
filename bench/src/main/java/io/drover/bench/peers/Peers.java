/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.api.NodeId;
import io.drover.bench.switchover.OtherProducts;
import io.drover.bench.switchover.Series;
import io.drover.testing.cluster.ClusterDirectory;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.OsUser;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The peers of a run, all of them up beside Drover's cluster for as long as it takes. {@link #close} leaves no process of theirs and no
 * directory under {@code /var/tmp}, whatever way the run ends.
 */
public final class Peers implements OtherProducts.Running {
    /** All of them, for a run that measures them. */
    public static final OtherProducts ALL =
            new OtherProducts(Peer.ALL.stream().map(Peer::name).toList(), Peers::start);

    private static final String PREFIX = "drover-peer";

    private final LocalCluster shard;
    private final Path logs;
    private final List<ClusterDirectory> directories = new ArrayList<>();
    private final List<Series> series = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final Set<Integer> ports = new HashSet<>();
    private final Thread closer = new Thread(this::removeAll, "peers-close");
    private boolean removed;

    private Peers(LocalCluster shard) {
        this.shard = shard;
        this.logs = shard.controlDirectory().resolve("peers");
    }

    /** Sets them up one after the other. */
    private static Peers start(LocalCluster shard, NodeId primary, long rows, int writers, PrintWriter out) {
        ClusterDirectory.removeAbandoned(PREFIX);
        Peers peers = new Peers(shard);
        Runtime.getRuntime().addShutdownHook(peers.closer);
        try {
            PostgresSettings settings = PostgresSettings.of(shard.psql(primary));
            for (Peer peer : Peer.ALL) {
                out.println("starting " + peer.name());
                out.flush();
                peers.add(peer, settings, rows, writers);
            }
            return peers;
        } catch (RuntimeException e) {
            peers.close();
            throw e;
        }
    }

    @Override
    public List<Series> series() {
        return List.copyOf(series);
    }

    @Override
    public List<String> missing() {
        return List.copyOf(missing);
    }

    private void add(Peer peer, PostgresSettings settings, long rows, int writers) {
        String lacks = peer.lacks();
        if (!lacks.isEmpty()) {
            missing.add(peer.name() + ": not installed: " + lacks);
            return;
        }
        ClusterDirectory directory = directory();
        try {
            PeerSite site = site(directory.path(), peer.name(), settings);
            PeerCluster cluster = new PeerCluster(site, peer.product().apply(site));
            cluster.create(rows, writers);
            series.add(new Series(
                    peer.name(), peer.name(), "multi-host", "switchover", 0, ground -> new PeerTurn(cluster, ground)));
        } catch (IllegalStateException | UncheckedIOException | SQLException e) {
            missing.add(peer.name() + ": cannot be set up: " + e.getMessage());
            directory.remove();
        }
    }

    private synchronized ClusterDirectory directory() {
        if (removed) {
            throw new IllegalStateException("the run ends");
        }
        ClusterDirectory directory = ClusterDirectory.create(PREFIX, OsUser.forPostgres());
        directories.add(directory);
        return directory;
    }

    private PeerSite site(Path directory, String name, PostgresSettings settings) {
        OsUser user = OsUser.forPostgres();
        Path socket = user.directory(directory.resolve("run"), "rwx------");
        List<PeerNode> nodes = new ArrayList<>();
        for (int id = 1; id <= 2; id++) {
            nodes.add(new PeerNode(id, port(), directory.resolve("node_" + id), socket, user));
        }
        PeerTemplates templates = new PeerTemplates(shard.projectRoot().resolve("bench/peers"));
        return new PeerSite(directory, logs.resolve(name), user, templates, settings, nodes, this::port);
    }

    private int port() {
        int port = shard.freePort();
        while (!ports.add(port)) {
            port = shard.freePort();
        }
        return port;
    }

    @Override
    public void close() {
        removeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(closer);
        } catch (IllegalStateException e) {
            // the shutdown has begun, and the hook finds nothing left
            return;
        }
    }

    private synchronized void removeAll() {
        removed = true;
        directories.forEach(ClusterDirectory::remove);
        directories.clear();
    }
}
