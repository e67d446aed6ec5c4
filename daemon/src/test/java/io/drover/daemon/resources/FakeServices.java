/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.Blocker;
import io.drover.api.Drill;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.LeaderEpoch;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MovePlan;
import io.drover.api.MoveRequest;
import io.drover.api.MoveRequest.Waiver;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.NodeInfo;
import io.drover.api.PreflightReport;
import io.drover.api.ShardAdoption;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyExport;
import io.drover.api.TopologyRebuild;
import io.drover.api.TopologyState;
import io.drover.daemon.move.MoveService;
import io.drover.daemon.move.ShardService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Services that keep what they are asked and answer with one move and one shard, or fail with a given error. */
public final class FakeServices implements MoveService, ShardService {
    private static final List<String> LOOKS = List.of("list", "get", "listen", "shards", "shard", "nodes");

    public static final MoveId ID = new MoveId("abcd1234-0000");

    public final List<String> calls = new CopyOnWriteArrayList<>();
    public final List<MoveListener> listeners = new CopyOnWriteArrayList<>();
    public volatile MoveState state = MoveState.COPYING;
    public volatile @Nullable Drill drill;
    public volatile @Nullable RuntimeException failure;
    public volatile @Nullable String starter;
    /** The shards of the one instance. */
    public volatile List<ShardId> together = List.of(new ShardId("shard_01"));

    public volatile @Nullable MoveRequest lastRequest;
    public volatile @Nullable ShardAdoption lastAdoption;

    @Override
    public Move create(MoveRequest request, Optional<String> idempotencyKey, @Nullable String starter) {
        lastRequest = request;
        this.starter = starter;
        return called("create " + idempotencyKey.orElse("-"));
    }

    @Override
    public Optional<String> starter(MoveId id) {
        return Optional.ofNullable(starter);
    }

    @Override
    public MovePlan plan(MoveRequest request) {
        lastRequest = request;
        called("plan");
        return new MovePlan(
                List.of(new MovePlan.PlannedStep(10, "preflight", "checks shard_01")),
                PreflightReport.of(List.of(
                                new PreflightReport.Check("P1", PreflightReport.Severity.BLOCK, true, "fine", null)))
                        .with(List.of(new Blocker(
                                Blocker.Kind.IDLE_IN_TRANSACTION, 7, "app in app ()", "idle", 9_000, 9_000L, "x"))));
    }

    @Override
    public List<Move> list(Optional<ShardId> shard, Optional<MoveState> wanted) {
        return List.of(called("list " + shard.map(ShardId::value).orElse("-") + " "
                + wanted.map(Enum::name).orElse("-")));
    }

    @Override
    public Move get(MoveId id) {
        if (!id.equals(ID)) {
            throw new DroverException(ErrorCode.NOT_FOUND, "there is no move " + id);
        }
        return called("get");
    }

    @Override
    public Move drill(MoveId id) {
        return called("drill");
    }

    @Override
    public Move approve(MoveId id) {
        return called("approve");
    }

    @Override
    public Move abort(MoveId id) {
        return called("abort");
    }

    @Override
    public Move rollback(MoveId id, List<Waiver> waive) {
        return called("rollback"
                + waive.stream()
                        .map(each -> " waives " + each.check() + " because " + each.reason())
                        .collect(Collectors.joining()));
    }

    @Override
    public Move complete(MoveId id, boolean endBake, List<Waiver> waive) {
        return called("complete " + endBake);
    }

    @Override
    public Move pause(MoveId id) {
        return called("pause");
    }

    @Override
    public Move resume(MoveId id) {
        return called("resume");
    }

    @Override
    public AutoCloseable listen(MoveId id, long lastNumber, MoveListener listener) {
        called("listen " + lastNumber);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public List<ShardTopology> shards() {
        called("shards");
        return together.stream().map(FakeServices::topology).toList();
    }

    @Override
    public ShardTopology shard(ShardId id) {
        called("shard " + id);
        return topology(id);
    }

    @Override
    public ShardTopology adopt(ShardId id, ShardAdoption adoption, Consumer<List<ShardId>> allowed) {
        allowed.accept(together);
        lastAdoption = adoption;
        called("adopt " + id);
        return topology(id);
    }

    @Override
    public List<NodeInfo> nodes() {
        called("nodes");
        return List.of(new NodeInfo(
                new NodeId("node_a"),
                "127.0.0.21",
                "http://127.0.0.21:8090",
                true,
                List.of(),
                new NodeInfo.Disk(1, 2)));
    }

    @Override
    public List<String> purge(ShardId id, NodeId node) {
        called("purge " + id + " " + node);
        return List.of("/data/set-aside");
    }

    @Override
    public void forget(NodeId node) {
        called("forget " + node);
    }

    /** Run at each call that changes something, before anything is done. */
    public volatile Runnable onOrder = () -> {};

    private Move called(String call) {
        calls.add(call);
        if (!LOOKS.contains(call.split(" ", 2)[0])) {
            onOrder.run();
        }
        RuntimeException planned = failure;
        if (planned != null) {
            throw planned;
        }
        return move();
    }

    public Move move() {
        List<Move.HistoryEntry> history = new ArrayList<>();
        history.add(line(1, 10, "began"));
        history.add(line(2, 40, "copies"));
        return new Move(
                ID,
                new ShardId("shard_01"),
                together,
                new NodeId("node_a"),
                new NodeId("node_b"),
                state,
                false,
                MoveRequest.Mode.SEALED,
                new Move.Step(40, "base backup", Instant.EPOCH),
                new Move.Progress(1, 2, 50.0, 3, null),
                new Move.Lag(0, 0),
                null,
                null,
                null,
                List.of(),
                null,
                null,
                drill,
                history);
    }

    private static Move.HistoryEntry line(int number, int step, String event) {
        Map<String, Object> members =
                Map.of("number", number, "at", "1970-01-01T00:00:00.000Z", "step", step, "event", event);
        return Json.mapper().convertValue(members, Move.HistoryEntry.class);
    }

    private static ShardTopology topology(ShardId shard) {
        return new ShardTopology(
                1,
                shard,
                new InstanceId("7000000000000000001"),
                new FenceEpoch(7),
                TopologyState.SERVING,
                "app",
                new ShardTopology.Endpoint(new NodeId("node_a"), "127.0.0.21", 5433),
                List.of(),
                null,
                null);
    }

    @Override
    public TopologyExport exportTopology() {
        return new TopologyExport(1, Instant.EPOCH, new LeaderEpoch(7), shards());
    }

    @Override
    public TopologyRebuild.Plan rebuildTopology(TopologyRebuild.Order order) {
        called("rebuild");
        rebuilt = order;
        return new TopologyRebuild.Plan(
                List.of(),
                List.of(new TopologyRebuild.Shard(
                        new ShardId("shard_01"), null, shards().get(0), "ZooKeeper does not know it")),
                new LeaderEpoch(8),
                List.of(),
                List.of(),
                List.of("a warning"),
                Boolean.TRUE.equals(order.write()));
    }

    /** The last order of a rebuild. */
    public TopologyRebuild.@Nullable Order rebuilt;
}
