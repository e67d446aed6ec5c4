/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.Json;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.PromoteReport;
import io.drover.api.agent.Reports.PromotedReport;
import io.drover.api.agent.Reports.PublishReport;
import io.drover.api.agent.Reports.RehearsalReport;
import io.drover.api.agent.Reports.ReplayReport;
import io.drover.api.agent.Reports.SealReport;
import io.drover.api.agent.Reports.Standstill;
import io.drover.api.agent.Reports.StopReport;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.fencing.FenceTransitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the commands of the pause through everything that they pass on their way, short of their effect. In a JVM whatever
 * happens for the first time takes ten times as long, and in the pause nothing may happen for the first time.
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private final VerbTable table;
    private final TopologyGate topology;
    private final NodeTools tools;
    private final AtomicInteger times = new AtomicInteger();

    Rehearsal(VerbTable table, TopologyGate topology, NodeTools tools) {
        this.table = table;
        this.topology = topology;
        this.tools = tools;
    }

    void addTo(VerbTable verbs) {
        verbs.on(Verb.Rehearse.class, row(this::rehearse));
    }

    private RehearsalReport rehearse(Verb.Rehearse verb, VerbCall call) {
        pass(verb, call);
        return new RehearsalReport(
                times.incrementAndGet(),
                new SealReport(verb.promote().atLeast(), 1, 0, Standstill.HELD, 0, 0, 0),
                new ReplayReport(new Lsn(0), 0),
                new PromotedReport(new PromoteReport(1, new Lsn(0), 0), new PublishReport(new FenceEpoch(1), 0)),
                new PublishReport(new FenceEpoch(1), 0),
                new StopReport("", 0, new Lsn(0)),
                new TailReport(0, List.of(), null));
    }

    private void pass(Verb.Rehearse verb, VerbCall call) {
        Token token = call.requireToken();
        List<Verb<?>> samples =
                new ArrayList<>(List.of(verb.seal(), verb.awaitReplayed(), verb.promote(), verb.publish()));
        Optional.ofNullable(verb.stop()).ifPresent(samples::add);
        Optional.ofNullable(verb.halt()).ifPresent(samples::add);
        for (Verb<?> sample : samples) {
            table.read(sample.path(), Json.bytes(Map.of("token", token, "args", sample)));
            TokenGate.accept(call.record(), token);
        }
        topology.rehearse(samples, token, call.record());
        if (verb.halt() != null) {
            tools.server(call.record()).rehearseHalt();
            tools.files(call.record()).rehearseTail();
        }
        tolerating(() -> topology.rehearseWrite(call.record(), seen -> published(seen, token.move())));
    }

    /** A sight that is a moment old may not show the target yet: that makes the rehearsal shorter, and nothing else. */
    static void tolerating(Runnable write) {
        try {
            write.run();
        } catch (DroverException e) {
            if (e.code() == ErrorCode.LEADERSHIP_LOST) {
                throw e;
            }
            LOG.debug("the write of the topology was not rehearsed", e);
        }
    }

    /** The topology as the pause will leave it. */
    private static ShardTopology published(ShardTopology serving, MoveId move) {
        return FenceTransitions.serve(
                FenceTransitions.promote(FenceTransitions.fence(serving, move, Instant.EPOCH, Duration.ofSeconds(1))));
    }
}
