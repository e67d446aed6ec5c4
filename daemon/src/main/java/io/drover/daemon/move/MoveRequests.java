/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.PreflightReport;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.daemon.preflight.Preflight;
import io.drover.topology.MoveLock;
import io.drover.topology.NodeRecord;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns a request into the identity of a move, or refuses it. */
final class MoveRequests {
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Services services;

    MoveRequests(Services services) {
        this.services = services;
    }

    /** Checks names and values against what exists and what this version carries out. */
    MoveIdentity identify(MoveRequest request) {
        refuseUnsupported(request);
        refuseOutOfRange(request);
        ShardTopology shard = services.topology()
                .read(request.shard())
                .orElseThrow(() -> new DroverException(
                        ErrorCode.UNKNOWN_SHARD,
                        "there is no shard " + request.shard(),
                        "list the shards: bin/drover shards"))
                .value();
        NodeRecord node = services.nodes()
                .find(request.target())
                .orElseThrow(() -> new DroverException(
                        ErrorCode.UNKNOWN_NODE,
                        "there is no node " + request.target(),
                        "list the nodes: bin/drover nodes; a node appears when its agent has started once"));
        if (shard.primary().node().equals(request.target())) {
            throw new DroverException(
                    ErrorCode.SAME_NODE,
                    "shard " + request.shard() + " has its primary on " + request.target() + " already",
                    "name another node as the target");
        }
        Instant now = services.clock().instant();
        return new MoveIdentity(
                newId(),
                request,
                shard.instance(),
                shardsOf(shard.instance()),
                shard.primary(),
                new Endpoint(node.id(), node.host(), shard.primary().port()),
                request.mode(),
                now,
                deadline(request, now),
                new StandbyRequests(services.nodes()).standbys(request, shard));
    }

    private static @Nullable Instant deadline(MoveRequest request, Instant now) {
        return request.deadline() == null ? null : now.plus(request.deadline());
    }

    private List<ShardId> shardsOf(InstanceId instance) {
        return services.topology().readInstance(instance).stream()
                .map(topology -> topology.value().shard())
                .sorted()
                .toList();
    }

    /** A random id whose first 8 characters no stored move has: slots and directories carry them. */
    private MoveId newId() {
        Set<String> taken = services.documents().children(ZkLayout.moves(MoveRecord.class)).stream()
                .map(name -> new MoveId(name).shortId())
                .collect(Collectors.toSet());
        MoveId id = services.ids().get();
        while (taken.contains(id.shortId())) {
            id = services.ids().get();
        }
        return id;
    }

    /** Refuses when another move holds the instance or one of the nodes. */
    void refuseWhenBusy(MoveIdentity identity) {
        holder(ZkLayout.instanceLock(identity.instance())).ifPresent(move -> {
            throw new DroverException(
                            ErrorCode.SHARD_BUSY,
                            "shard " + identity.request().shard() + " is held by move " + move,
                            "see where it is: bin/drover show " + move
                                    + "; in BAKING complete it or roll it back, else wait for it or abort it")
                    .heldBy(move);
        });
        new NodeLocks(services.documents()).refuseWhenBusy(identity);
    }

    private Optional<MoveId> holder(ZNode<MoveLock> lock) {
        return services.documents().read(lock).map(Versioned::value).map(MoveLock::move);
    }

    private static void refuseUnsupported(MoveRequest request) {
        Preflight.checkWaivers(request.waive());
        refuseWhen(request.verify().level() == MoveRequest.Level.CHECKSUMS, "verify.level checksums");
        refuseWhen(!request.readShift().isEmpty(), "readShift");
        refuseDrill(request, request.mode());
    }

    /** It stops the source: nothing that clients should be put through for practice. */
    private static void refuseDrill(MoveRequest request, MoveRequest.Mode mode) {
        refuseWhen(request.drill() && mode.stopsSource(), "drill in mode " + mode.text());
    }

    /** The move in the mode that the preflight has chosen, where none was asked for. */
    static MoveRecord inModeOf(PreflightReport report, MoveRecord record) {
        MoveRequest.Mode asked = record.identity().request().mode();
        MoveRequest.Mode chosen = report.mode() == null ? MoveRequest.Mode.SEALED : report.mode();
        MoveRequest.Mode mode = asked == MoveRequest.Mode.AUTO ? chosen : asked;
        refuseDrill(record.identity().request(), mode);
        return MoveRecord.of(record.identity().withMode(mode)).startedBy(record.starter());
    }

    private static void refuseWhen(boolean asked, String what) {
        if (asked) {
            throw new DroverException(
                    ErrorCode.NOT_SUPPORTED,
                    what + " is not supported by this version; nothing was changed",
                    "leave " + what + " out");
        }
    }

    private static void refuseOutOfRange(MoveRequest request) {
        refuseOutOfRange("maxWritePause", request.maxWritePause(), Duration.ofMillis(100), LONGEST_PAUSE);
        refuseOutOfRange("drainTimeout", request.drainTimeout(), Duration.ZERO, request.maxWritePause());
    }

    private static void refuseOutOfRange(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    name + " is " + value.toMillis() + "ms; it must lie between " + least.toMillis() + "ms and "
                            + most.toMillis() + "ms",
                    "give " + name + " a value in that range");
        }
    }
}
