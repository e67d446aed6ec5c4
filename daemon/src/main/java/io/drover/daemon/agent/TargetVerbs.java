/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.PromoteReport;
import io.drover.api.agent.Reports.PromotedReport;
import io.drover.api.agent.Reports.PublishReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.TargetRecord;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.CutoverSettings;
import io.drover.replication.PostgresSession;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verbs on the target: prepare, wait for the end of the source's WAL, promote, publish. Promotion and publication are also what
 * the agent does by itself when nobody else does ({@link Reaction#FINISH}); both ways may meet and repeat each other.
 */
final class TargetVerbs {
    private static final Logger LOG = LoggerFactory.getLogger(TargetVerbs.class);
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int REHEARSALS = 20;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    /** It has all of its WAL on its own disk, or lacks some for ever: nobody sends it any. */
    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(20);

    private final NodeTools tools;
    private final InstanceSettings settings;
    private final TopologyStore store;

    TargetVerbs(NodeTools tools, InstanceSettings settings, TopologyStore store) {
        this.tools = tools;
        this.settings = settings;
        this.store = store;
    }

    void addTo(VerbTable table) {
        table.on(Verb.PrepareStandby.class, row(this::prepareStandby));
        table.on(Verb.PrepareTarget.class, row(this::prepare));
        table.on(
                Verb.AwaitReplayed.class,
                VerbTable.<Verb.AwaitReplayed, ReplayReport>row(this::awaitReplayed)
                        .beside());
        table.on(
                Verb.Promote.class,
                VerbTable.<Verb.Promote, PromotedReport>row(this::promote)
                        .storingFirst((verb, call) -> granted(call.topologies(), call.move())));
        table.on(Verb.Publish.class, row((verb, call) -> publish(call.instance(), call.topologies())));
    }

    private Done prepareStandby(Verb.PrepareStandby verb, VerbCall call) {
        settings.change(call.instance(), call.move(), call.step(), CutoverSettings.asAStandby());
        return new Done("instance " + call.record().instance() + " makes no WAL segments ahead");
    }

    /** Everything slow is taken out of the coming promotion, and what the pause will run is run once. */
    private Done prepare(Verb.PrepareTarget verb, VerbCall call) {
        settings.change(call.instance(), call.move(), call.step(), CutoverSettings.values());
        call.instance().warm().ask(opener(call.instance()), session -> {
            for (int i = 0; i < REHEARSALS; i++) {
                session.rehearsePromotion();
            }
            return session;
        });
        Optional<TargetRecord> seen =
                call.instance().warm().ask(opener(call.instance()), session -> seen(session, call));
        call.instance().update(record -> record.withTarget(seen.orElse(null)));
        return new Done("instance " + call.record().instance() + " is ready to be promoted");
    }

    /** Only what it receives right now is known to be the source's timeline. */
    private static Optional<TargetRecord> seen(PostgresSession session, VerbCall call) {
        return session.receives() ? Optional.of(new TargetRecord(call.move(), session.timeline())) : Optional.empty();
    }

    private ReplayReport awaitReplayed(Verb.AwaitReplayed verb, VerbCall call) {
        return call.instance()
                .warm()
                .ask(
                        opener(call.instance()),
                        session -> session.awaitReplayed(
                                verb.lsn(), call.deadline().left()));
    }

    /**
     * The grant under which the target may be writable from now on, on disk before it is promoted. The way goes only forward, so
     * nobody takes back any more for whom its commits will wait: without that a shard could cease to be synchronous (R10).
     */
    private static UnaryOperator<InstanceRecord> granted(List<Versioned<ShardTopology>> topologies, MoveId move) {
        FenceEpoch epoch =
                StartRule.newestEpoch(topologies.stream().map(Versioned::value).toList());
        return record -> {
            InstanceRecord keeping = record.withSettings(SettingsJournal.handedOver(record.settings(), move));
            return epoch.compareTo(record.grantEpoch()) > 0 ? keeping.withRole(Role.PRIMARY, epoch) : keeping;
        };
    }

    private PromotedReport promote(Verb.Promote verb, VerbCall call) {
        if (call.record().role() == Role.DEMOTED) {
            admitAgain(verb, call);
        }
        PromoteReport promotion = promote(
                call.instance(),
                session -> session.promote(
                        verb.oldTimeline(), verb.atLeast(), call.deadline().left()));
        return new PromotedReport(
                promotion, published(call.instance(), call.topologies()).orElse(null));
    }

    /** At once, since clients wait. One that fails is repeated by whoever walks on: the promotion stays what it is. */
    private Optional<PublishReport> published(ManagedInstance instance, List<Versioned<ShardTopology>> topologies) {
        try {
            return Optional.of(publishPromoted(instance, topologies));
        } catch (DroverException e) {
            LOG.warn(
                    "instance {} is promoted and could not be published yet: {}",
                    instance.record().instance(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * One that was stopped on a wrong timeline is promoted again only when a person has made a standby of it (H28). That may be an older
     * copy than the one of which the end of the WAL was proven, so it is proven anew; until then it stays demoted, and what fails here
     * is stopped by the supervisor.
     */
    private void admitAgain(Verb.Promote verb, VerbCall call) {
        InstanceRecord record = call.record();
        if (!tools.directories().isStandby(record.dataDir())) {
            throw new DroverException(
                    ErrorCode.WRONG_TIMELINE,
                    "instance " + record.instance() + " on " + tools.node()
                            + " came up on a wrong timeline and was stopped; it is not promoted, because its directory is"
                            + " not that of a standby again");
        }
        FaultPoints.around(
                "promote",
                "start",
                () -> tools.server(record).start(call.deadline().left()));
        try {
            call.instance()
                    .warm()
                    .ask(
                            opener(call.instance()),
                            session -> session.awaitReplayed(
                                    verb.atLeast(), call.deadline().leftAtMost(REPLAY_LIMIT)));
        } catch (DroverException e) {
            if (e.code() == ErrorCode.TIMEOUT) {
                throw new DroverException(
                        ErrorCode.WRONG_TIMELINE,
                        "instance " + record.instance() + " on " + tools.node()
                                + " is not promoted again: it lacks what the source has, " + e.getMessage(),
                        null,
                        e);
            }
            throw e;
        }
        call.instance().update(current -> current.withRole(Role.PRIMARY).withStopped(false));
    }

    private PromoteReport promote(ManagedInstance instance, Function<PostgresSession, PromoteReport> promotion) {
        try {
            PromoteReport report = FaultPoints.around(
                    "promote", "promotion", () -> instance.warm().ask(opener(instance), promotion));
            LOG.info("instance {} is promoted: {}", instance.record().instance(), report);
            return report;
        } catch (DroverException e) {
            if (e.code() == ErrorCode.WRONG_TIMELINE) {
                stopAtOnce(instance);
            }
            throw e;
        }
    }

    /** On a wrong timeline nobody may write here (H28); a person has to look. */
    private void stopAtOnce(ManagedInstance instance) {
        instance.update(record -> record.withRole(Role.DEMOTED).withStopped(true));
        instance.warm().close();
        FaultPoints.around(
                "promote", "stop", () -> tools.server(instance.record()).stop(StopMode.IMMEDIATE, STOP_LIMIT));
        LOG.error(
                "instance {} was promoted onto a wrong timeline and is stopped",
                instance.record().instance());
    }

    /** Writes PROMOTING → SERVING here; a repeat finds it written. */
    private PublishReport publish(ManagedInstance instance, List<Versioned<ShardTopology>> topologies) {
        if (instance.warm().ask(opener(instance), TargetVerbs::inRecovery)) {
            throw new DroverException(
                    ErrorCode.GUARD_REFUSED,
                    "instance " + instance.record().instance() + " is not published: it is still in recovery");
        }
        return publishPromoted(instance, topologies);
    }

    /** The same for one of which that has just been seen. */
    private PublishReport publishPromoted(ManagedInstance instance, List<Versioned<ShardTopology>> topologies) {
        long begin = tools.scheduler().nanoTime();
        List<ShardTopology> served = serve(topologies);
        FenceEpoch epoch = StartRule.newestEpoch(served);
        instance.updateSoon(record -> record.withRole(Role.PRIMARY, epoch));
        return new PublishReport(epoch, (tools.scheduler().nanoTime() - begin) / NANOS_PER_MILLI);
    }

    private List<ShardTopology> serve(List<Versioned<ShardTopology>> topologies) {
        try {
            return serving(topologies);
        } catch (DroverException e) {
            if (e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
            // somebody else wrote first: published already, or a changed replica; in PROMOTING nothing else can happen.
            // The refused transaction has brought this session up to that
            return serving(store.readInstance(
                    topologies.get(0).value().instance(),
                    topologies.stream()
                            .map(topology -> topology.value().shard())
                            .toList()));
        }
    }

    /** That it is published already is believed of the newest topology only: an old one may be from before the move (H40). */
    private List<ShardTopology> serving(List<Versioned<ShardTopology>> topologies) {
        if (!allServing(topologies)) {
            return writeServing(topologies);
        }
        store.verify(topologies);
        return topologies.stream().map(Versioned::value).toList();
    }

    private List<ShardTopology> writeServing(List<Versioned<ShardTopology>> topologies) {
        return FaultPoints.around("publish", "serving", () -> store.swap(topologies, FenceTransitions::serve)).stream()
                .map(Versioned::value)
                .toList();
    }

    private boolean allServing(List<Versioned<ShardTopology>> topologies) {
        return topologies.stream()
                .map(Versioned::value)
                .allMatch(topology -> topology.state() == TopologyState.SERVING
                        && topology.primary().node().equals(tools.node()));
    }

    /**
     * Promotes and publishes without a controller. That the target has replayed the end of the source's WAL was proven before
     * PROMOTING was written, and replay never goes back: the fork lies where replay stands.
     */
    void finish(ManagedInstance instance, List<Versioned<ShardTopology>> topologies, Duration limit) {
        MoveId move = Optional.ofNullable(topologies.get(0).value().move())
                .orElseThrow(() -> new DroverException(ErrorCode.INTERNAL, "BUG: PROMOTING without a move"));
        instance.update(granted(topologies, move));
        TargetRecord known = instance.record().target();
        promote(
                instance,
                session -> known != null && known.move().equals(move)
                        ? session.promote(known.timeline(), new Lsn(0), limit)
                        : session.promoteFrom(timelineBefore(session), limit));
        PublishReport report = publishPromoted(instance, topologies);
        LOG.warn(
                "instance {} is published at epoch {} by this agent: no controller did",
                instance.record().instance(),
                report.epoch());
    }

    private static int timelineBefore(PostgresSession session) {
        int timeline = session.timeline();
        return inRecovery(session)
                ? timeline
                : session.history(timeline).parent().timeline();
    }

    /** A promoted server still answers where it replayed last, so that position does not tell. */
    private static boolean inRecovery(PostgresSession session) {
        return session.state().inRecovery();
    }

    private Supplier<PostgresSession> opener(ManagedInstance instance) {
        return () -> tools.server(instance.record()).connect();
    }
}
