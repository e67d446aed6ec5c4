/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.ClusterNetwork;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.fault.FaultKind.Party;
import io.drover.testing.fault.FaultPlan.Direction;
import io.drover.testing.fault.FaultPlan.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Does harm, and makes up for it. */
final class Nemesis {
    private static final String FILLER = "filler";

    private final FaultCluster faults;
    private final LocalCluster cluster;
    private final NodeId source;
    private final NodeId target;
    private final Consumer<String> log;
    private String leader = "";
    private String zookeeperLeader = "";

    Nemesis(FaultCluster faults, NodeId source, NodeId target, Consumer<String> log) {
        this.faults = faults;
        this.cluster = faults.cluster();
        this.source = source;
        this.target = target;
        this.log = log;
    }

    /**
     * What was done.
     *
     * @param proof that it was, in words; empty when there was nobody to do it to
     * @param heal makes up for it
     */
    record Strike(String proof, Runnable heal) {
        private static final Strike NOBODY = new Strike("", () -> {});
    }

    /** Looks who leads, while somebody can still be asked. */
    void aim() {
        leader = faults.watcher().leader();
        zookeeperLeader = Ensemble.leader(cluster);
    }

    /** Does it at once. */
    Strike strike(Fault fault) {
        return switch (fault.kind().deed()) {
            case KILL -> kill(fault.kind().party());
            case FREEZE -> freeze(fault.kind().party());
            case CUT -> cut(members(fault.kind().party()), members(fault.kind().other()), fault.direction());
            case FILL -> fill();
        };
    }

    private Strike kill(Party party) {
        return switch (party) {
            case SOURCE_POSTGRES -> killPostgres(source);
            case TARGET_POSTGRES -> killPostgres(target);
            case CLIENT -> {
                ProcessTable.signal(faults.kit().pid(), "KILL");
                yield new Strike("client " + faults.kit().pid() + " killed", () -> {});
            }
            default -> {
                List<String> daemons = members(party);
                List<Long> pids = daemons.stream().map(cluster::pid).toList();
                pids.forEach(pid -> ProcessTable.signal(pid, "KILL"));
                yield new Strike(daemons + " killed, pids " + pids, () -> daemons.forEach(cluster::restart));
            }
        };
    }

    private Strike freeze(Party party) {
        return switch (party) {
            case SOURCE_POSTGRES -> freezePostgres(source);
            case TARGET_POSTGRES -> freezePostgres(target);
            case CLIENT -> freezeAll("client", List.of(faults.kit().pid()));
            default ->
                freezeAll(
                        members(party).toString(),
                        members(party).stream().map(cluster::pid).toList());
        };
    }

    private static Strike freezeAll(String name, List<Long> pids) {
        pids.forEach(pid -> ProcessTable.signal(pid, "STOP"));
        return new Strike(name + " frozen, pids " + pids, () -> pids.forEach(pid -> ProcessTable.signal(pid, "CONT")));
    }

    /** A crash of the server: the postmaster first, so that it starts nobody in place of those who follow. */
    private Strike killPostgres(NodeId node) {
        List<Long> pids = postgres(node);
        if (pids.isEmpty()) {
            return Strike.NOBODY;
        }
        pids.forEach(pid -> ProcessTable.signal(pid, "KILL"));
        return new Strike("PostgreSQL of " + node + " killed, pids " + pids, () -> {});
    }

    private Strike freezePostgres(NodeId node) {
        List<Long> pids = postgres(node);
        if (pids.isEmpty()) {
            return Strike.NOBODY;
        }
        List<Long> frozen =
                pids.stream().filter(pid -> !ProcessTable.isFrozen(pid)).toList();
        frozen.forEach(pid -> ProcessTable.signal(pid, "STOP"));
        return new Strike("PostgreSQL of " + node + " frozen, pids " + frozen, () -> thawPostgres(node, frozen));
    }

    /** What Drover itself holds by now is not ours to let go: its agent will, when it opens the server again. */
    private void thawPostgres(NodeId node, List<Long> frozen) {
        boolean held = faults.watcher().last().state() != TopologyState.SERVING
                && faults.watcher().last().primary().equals(node);
        if (held) {
            log.accept("PostgreSQL of " + node + " is not thawed: it is fenced, and its agent has to do it");
            return;
        }
        frozen.forEach(pid -> ProcessTable.signal(pid, "CONT"));
    }

    private List<Long> postgres(NodeId node) {
        return postmaster(node)
                .map(postmaster -> Stream.concat(Stream.of(postmaster), ProcessTable.childrenOf(postmaster).stream())
                        .toList())
                .orElse(List.of());
    }

    private java.util.Optional<Long> postmaster(NodeId node) {
        return Postmasters.of(cluster.node(node)
                .dataRoot()
                .resolve(LocalCluster.SHARD.value())
                .resolve("data"));
    }

    private Strike cut(List<String> ones, List<String> others, Direction direction) {
        ClusterNetwork network = cluster.network();
        List<String[]> pairs = new ArrayList<>();
        for (String one : ones) {
            for (String other : others) {
                if (one.equals(other)) {
                    continue;
                }
                if (direction != Direction.BACK) {
                    pairs.add(new String[] {one, other});
                }
                if (direction != Direction.THERE) {
                    pairs.add(new String[] {other, one});
                }
            }
        }
        pairs.forEach(pair -> network.cut(pair[0], pair[1]));
        return new Strike(
                ones + " cut from " + others + " " + direction,
                () -> pairs.forEach(pair -> network.mend(pair[0], pair[1])));
    }

    private Strike fill() {
        Path filler = cluster.node(target).dataRoot().resolve(FILLER);
        byte[] block = new byte[1 << 20];
        long written = 0;
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
                written += block.length;
            }
        } catch (IOException e) {
            log.accept("disk of " + target + " full after " + written + " bytes: " + e.getMessage());
        }
        return new Strike("disk of " + target + " filled", () -> {
            try {
                Files.deleteIfExists(filler);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot empty the disk of " + target, e);
            }
        });
    }

    /** Who in the network, and which daemons. */
    private List<String> members(Party party) {
        return switch (party) {
            case LEADER -> List.of(leader);
            case CONTROLLERS ->
                cluster.controllers().stream().map(ClusterController::id).toList();
            case SOURCE, SOURCE_POSTGRES -> List.of(source.value());
            case TARGET, TARGET_POSTGRES -> List.of(target.value());
            case ZOOKEEPER_LEADER -> List.of(zookeeperLeader);
            case QUORUM -> {
                List<String> others = new ArrayList<>(cluster.zookeepers());
                others.remove(zookeeperLeader);
                yield List.of(zookeeperLeader, others.get(0));
            }
            case ENSEMBLE -> cluster.zookeepers();
            case CLIENT -> List.of(FaultCluster.CLIENT);
        };
    }
}
