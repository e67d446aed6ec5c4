/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MovePlan;
import io.drover.api.MoveRequest;
import io.drover.api.MoveRequest.Waiver;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.PreflightReport;
import io.drover.api.ShardId;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.move.MoveRunner.Running;
import io.drover.daemon.preflight.When;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Leadership;
import io.drover.topology.MoveLock;
import io.drover.topology.Versioned;
import io.drover.topology.ZNode;
import io.drover.topology.ZkLayout;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Starts, shows and orders moves. Runs on the leading controller. */
final class Moves implements MoveService {
    private static final LiveView NOT_DRIVEN = new LiveView();

    private final Services services;
    private final MoveRunner runner;
    private final MoveRequests requests;
    private final MoveOrders orders;
    private final Idempotency idempotency;

    Moves(Services services, MoveRunner runner) {
        this.services = services;
        this.runner = runner;
        this.requests = new MoveRequests(services);
        this.orders = new MoveOrders(services.clock());
        this.idempotency = new Idempotency(services.documents(), services.clock());
    }

    @Override
    public Move create(MoveRequest request, Optional<String> idempotencyKey, @Nullable String starter) {
        Leadership leadership = runner.requireLeadership();
        Optional<MoveId> earlier = idempotencyKey.flatMap(key -> idempotency.find(key, request));
        if (earlier.isPresent()) {
            return get(earlier.orElseThrow());
        }
        try {
            return start(request, idempotencyKey, leadership, starter);
        } catch (DroverException e) {
            // the same call, sent twice at once: the move that stands in its way may be its own
            return idempotencyKey
                    .flatMap(key -> idempotency.find(key, request))
                    .map(this::get)
                    .orElseThrow(() -> e);
        }
    }

    private Move start(
            MoveRequest request, Optional<String> idempotencyKey, Leadership leadership, @Nullable String starter) {
        MoveRecord record = MoveRecord.of(requests.identify(request)).startedBy(starter);
        requests.refuseWhenBusy(record.identity());
        new EpochMemory(services)
                .require(
                        record.identity(),
                        List.of(record.from().node(), record.to().node()),
                        leadership);
        PreflightReport report = services.checks().run(record, When.BEFORE_COPY);
        if (!report.ok()) {
            throw DroverException.refusedBy(report, "the preflight refuses the move: " + Checks.failures(report));
        }
        Versioned<MoveRecord> stored = store(leadership, MoveRequests.inModeOf(report, record), idempotencyKey);
        return view(runner.start(stored, leadership));
    }

    /** The record, its locks and the caller's key come into being in one transaction. */
    private Versioned<MoveRecord> store(Leadership leadership, MoveRecord record, Optional<String> idempotencyKey) {
        MoveId id = record.identity().id();
        ZNode<MoveRecord> node = ZkLayout.move(id, MoveRecord.class);
        MoveLock lock = new MoveLock(id);
        LeaderTransaction transaction = leadership
                .transaction()
                .create(node, record)
                .create(ZkLayout.instanceLock(record.identity().instance()), lock)
                .create(ZkLayout.nodeLock(record.from().node()), lock)
                .create(ZkLayout.nodeLock(record.to().node()), lock);
        idempotencyKey.ifPresent(key -> idempotency.remember(transaction, key, record.identity()));
        try {
            return FaultPoints.around("move", "create", transaction::commit).of(node);
        } catch (DroverException e) {
            if (e.code() == ErrorCode.ALREADY_EXISTS || e.code() == ErrorCode.CONFLICT) {
                requests.refuseWhenBusy(record.identity());
            }
            throw e;
        }
    }

    @Override
    public MovePlan plan(MoveRequest request) {
        MoveRecord record = MoveRecord.of(requests.identify(request));
        requests.refuseWhenBusy(record.identity());
        PreflightReport report = services.checks().run(record, When.BEFORE_COPY);
        return new MovePlan(MoveSteps.plan(MoveRequests.inModeOf(report, record)), report);
    }

    @Override
    public List<Move> list(Optional<ShardId> shard, Optional<MoveState> state) {
        return services.documents().readAll(ZkLayout.moves(MoveRecord.class)).stream()
                .map(Versioned::value)
                .filter(record -> shard.isEmpty() || record.identity().shards().contains(shard.orElseThrow()))
                .filter(record -> state.isEmpty() || record.state() == state.orElseThrow())
                .sorted(Comparator.comparing(
                                (MoveRecord record) -> record.identity().createdAt())
                        .reversed())
                .map(this::view)
                .toList();
    }

    @Override
    public Move get(MoveId id) {
        return runner.find(id).map(this::view).orElseGet(() -> view(stored(id).value()));
    }

    private Versioned<MoveRecord> stored(MoveId id) {
        return services.documents()
                .read(ZkLayout.move(id, MoveRecord.class))
                .orElseThrow(() -> new DroverException(
                        ErrorCode.NOT_FOUND, "there is no move " + id, "list the moves: bin/drover moves"));
    }

    private Move view(Running move) {
        return view(move.journal().record());
    }

    private Move view(MoveRecord record) {
        MoveId id = record.identity().id();
        Optional<Running> driven = runner.find(id);
        return MoveView.of(
                record,
                driven.map(Running::live).orElse(NOT_DRIVEN),
                driven.map(move -> move.journal().history(services.documents()))
                        .orElseGet(() -> services.documents().history(id, 0)));
    }

    @Override
    public Move approve(MoveId id) {
        return order(id, orders::approve);
    }

    @Override
    public Move drill(MoveId id) {
        return order(id, orders::drill);
    }

    @Override
    public Move abort(MoveId id) {
        return order(id, orders::abort);
    }

    /** The nodes were free during the bake; they are the move's again in the transaction that accepts the order. */
    @Override
    public Move rollback(MoveId id, List<Waiver> waive) {
        boolean ready = runner.find(id).map(move -> move.live().rollbackReady()).orElse(false);
        MoveRecord now = current(id);
        String accepted = Standbys.acceptance(now, waive);
        Map<NodeId, String> missing =
                now.state() == MoveState.BAKING ? services.standbys().missing(now) : Map.of();
        NodeLocks locks = new NodeLocks(services.documents());
        try {
            return order(
                    id,
                    record -> orders.rollback(record, ready, missing, accepted),
                    transaction -> locks.take(now.identity(), transaction));
        } catch (DroverException e) {
            if (e.code() == ErrorCode.ALREADY_EXISTS) {
                locks.refuseWhenBusy(now.identity());
            }
            throw e;
        }
    }

    @Override
    public Move complete(MoveId id, boolean endBake, List<Waiver> waive) {
        MoveRecord now = current(id);
        String accepted = Standbys.acceptance(now, waive);
        Map<NodeId, String> missing = now.state() == MoveState.BAKING || now.state() == MoveState.NEEDS_OPERATOR
                ? services.standbys().missing(now)
                : Map.of();
        return order(id, record -> orders.complete(record, endBake, missing, accepted));
    }

    @Override
    public Optional<String> starter(MoveId id) {
        return Optional.ofNullable(current(id).starter());
    }

    private MoveRecord current(MoveId id) {
        return runner.find(id)
                .map(move -> move.journal().record())
                .orElseGet(() -> stored(id).value());
    }

    @Override
    public Move pause(MoveId id) {
        return order(id, orders::pause);
    }

    @Override
    public Move resume(MoveId id) {
        return order(id, orders::resume);
    }

    /** Writes what a person asked for, unless it is there already, and has the driver see it. */
    private Move order(MoveId id, MoveOrders.Decision order) {
        return order(id, order, transaction -> {});
    }

    /** The same, with something that is written together with it or not at all. */
    private Move order(MoveId id, MoveOrders.Decision order, Consumer<LeaderTransaction> more) {
        Leadership leadership = runner.requireLeadership();
        Versioned<MoveRecord> stored = stored(id);
        MoveSteps.requireKnown(stored.value());
        Running move = runner.find(id).orElseGet(() -> runner.idle(stored, leadership));
        MoveOrders.Change change = order.on(move.journal().record());
        String event = change.event();
        if (event != null) {
            move.journal()
                    .write(
                            record -> order.on(record).record(),
                            List.of(new MoveJournal.Line(
                                    MoveOrders.stepOf(move.journal().record()), event)),
                            more);
        }
        if (move.driver().isDone() && !move.journal().record().state().isFinal()) {
            runner.start(stored(id), leadership);
        }
        return get(id);
    }

    @Override
    public AutoCloseable listen(MoveId id, long lastNumber, MoveListener listener) {
        Versioned<MoveRecord> stored = stored(id);
        Running move = runner.find(id).orElseGet(() -> runner.idle(stored, runner.requireLeadership()));
        return move.feed()
                .listen(lastNumber, listener, () -> services.documents().history(id, lastNumber));
    }
}
