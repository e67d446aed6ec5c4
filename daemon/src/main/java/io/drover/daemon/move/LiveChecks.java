/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.Blocker;
import io.drover.api.DroverException;
import io.drover.api.PreflightReport;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.daemon.preflight.CutoverMode;
import io.drover.daemon.preflight.Preflight;
import io.drover.daemon.preflight.PreflightFacts;
import io.drover.daemon.preflight.PreflightFacts.Companion;
import io.drover.daemon.preflight.When;
import io.drover.daemon.remote.Agents;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.InstanceMonitor.StandbyView;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Asks both agents, and the source itself. */
final class LiveChecks implements Checks {
    private final Agents agents;
    private final Monitors monitors;
    private final PoolerGroups poolers;
    private final AccessAudit access;

    LiveChecks(Agents agents, Monitors monitors, PoolerGroups poolers, AccessAudit access) {
        this.agents = agents;
        this.monitors = monitors;
        this.poolers = poolers;
        this.access = access;
    }

    @Override
    public PreflightReport run(MoveRecord record, When when) {
        Endpoint from = record.from();
        Endpoint to = record.to();
        // without it nobody could watch lag and guard: says so now, with the server's own words
        monitors.checkLogin(from);
        MoveIdentity identity = record.identity();
        InstanceFacts source = agents.facts(from.node(), identity.instance());
        boolean standbyRuns = when == When.WITH_STANDBY;
        Optional<InstanceFacts> target =
                standbyRuns ? Optional.of(agents.facts(to.node(), identity.instance())) : Optional.empty();
        ShardId shard = identity.request().shard();
        Optional<String> wayBackLogin = standbyRuns
                ? Optional.of(
                        agents.targetFacts(from.node(), shard, to, List.of()).replicationLogin())
                : Optional.empty();
        Optional<StandbyView> lag = standbyRuns ? monitors.standby(from, record.applicationName()) : Optional.empty();
        PreflightFacts facts = new PreflightFacts(
                identity.request().withMode(identity.mode()),
                Optional.of(new PreflightFacts.Stream(identity.id(), record.streamingSlot(), record.applicationName())),
                agents.node(from.node()),
                source,
                agents.targetFacts(to.node(), shard, from, source.tablespaces()),
                target,
                wayBackLogin,
                companions(record, standbyRuns),
                standbyRuns ? List.of() : places(record, source),
                poolers.of(identity.shards()),
                access.faults(identity.shards(), List.of(from.node(), to.node())),
                lag.isPresent() ? OptionalLong.of(lag.orElseThrow().lagBytes()) : OptionalLong.empty(),
                lag.isPresent() ? OptionalLong.of(lag.orElseThrow().lagMillis()) : OptionalLong.empty());
        return Preflight.evaluate(facts, when, Standbys.waivers(record))
                .with(blockers(from))
                .in(CutoverMode.of(facts));
    }

    /** So many that a stored refusal does not outgrow its znode (H53). */
    private List<Blocker> blockers(Endpoint source) {
        return monitors.blockers(source).stream()
                .map(BlockerView::blocker)
                .limit(MOST_NAMED)
                .toList();
    }

    /** What the copies of further standbys will find; they are made from the target, whose access rules are the source's. */
    private List<TargetFacts> places(MoveRecord record, InstanceFacts source) {
        return record.identity().standbys().stream()
                .filter(Standby::made)
                .map(standby -> agents.targetFacts(
                        standby.node(), record.identity().request().shard(), record.from(), source.tablespaces()))
                .toList();
    }

    private List<Companion> companions(MoveRecord record, boolean targetRuns) {
        return record.identity().standbys().stream()
                .filter(standby -> targetRuns || !standby.made())
                .map(standby -> companion(record, standby, targetRuns))
                .toList();
    }

    /** One whose agent does not answer is a finding like another, and may be waived. */
    private Companion companion(MoveRecord record, Standby standby, boolean targetRuns) {
        MoveIdentity identity = record.identity();
        boolean made = standby.made() && !record.rollingBack();
        try {
            InstanceFacts facts = agents.facts(standby.node(), identity.instance());
            Optional<String> login = targetRuns
                    ? Optional.of(agents.targetFacts(
                                    standby.node(), identity.request().shard(), record.to(), List.of())
                            .replicationLogin())
                    : Optional.empty();
            return new Companion(standby.node(), made, Optional.of(facts), "", login);
        } catch (DroverException e) {
            return new Companion(standby.node(), made, Optional.empty(), e.getMessage(), Optional.empty());
        }
    }
}
