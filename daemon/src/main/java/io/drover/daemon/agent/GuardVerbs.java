/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.agent.Reports.AlignReport;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.EndedReport;
import io.drover.api.agent.Reports.GuardProbeReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.replication.Guard;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verbs on the source before the fence: sessions in the way, the guard, the alignment of the WAL's tail. */
final class GuardVerbs {
    private static final Logger LOG = LoggerFactory.getLogger(GuardVerbs.class);

    private final NodeTools tools;
    private final InstanceSettings settings;

    GuardVerbs(NodeTools tools, InstanceSettings settings) {
        this.tools = tools;
        this.settings = settings;
    }

    void addTo(VerbTable table) {
        table.on(Verb.ArmGuard.class, row(this::arm));
        // beside: it waits until replay goes on, and its caller has other things to say meanwhile
        table.on(
                Verb.ProbeGuard.class,
                VerbTable.<Verb.ProbeGuard, GuardProbeReport>row(this::probe).beside());
        table.on(Verb.AlignWal.class, row(this::align));
        table.on(Verb.EndSessions.class, row(this::endSessions));
    }

    /** Keeps those that commits wait for already (H14). A repeat finds the target in front and changes nothing. */
    private Done arm(Verb.ArmGuard verb, VerbCall call) {
        ManagedSetting names = ManagedSetting.SYNCHRONOUS_STANDBY_NAMES;
        call.instance().patience(verb.patienceMillis());
        String existing = tools.ask(call.record(), session -> session.settings().current(names));
        boolean repeat = call.record().settings().stream()
                .anyMatch(change -> isOurs(change, names, call)
                        && existing.contains(verb.applicationName().value()));
        String armed =
                repeat ? existing : Guard.armed(existing, verb.applicationName().value());
        Map<ManagedSetting, String> values = new LinkedHashMap<>(Map.of(names, armed));
        tools.ask(call.record(), PostgresSession::rewindReserve)
                .ifPresent(size -> values.put(ManagedSetting.WAL_KEEP_SIZE, size));
        settings.change(call.instance(), call.move(), call.step(), values);
        return new Done("commits wait for " + armed);
    }

    private static boolean isOurs(SettingChange change, ManagedSetting setting, VerbCall call) {
        return change.setting().equals(setting.parameter())
                && change.move().equals(call.move())
                && change.step() == call.step();
    }

    private GuardProbeReport probe(Verb.ProbeGuard verb, VerbCall call) {
        return tools.ask(
                call.record(),
                call.deadline().left().plusSeconds(1),
                session -> session.probeGuard(call.deadline().left()));
    }

    private EndedReport endSessions(Verb.EndSessions verb, VerbCall call) {
        List<Integer> ended = FaultPoints.around(
                "end-sessions",
                "sessions",
                () -> tools.ask(call.record(), session -> session.endSessions(verb.sessions())));
        LOG.info("move {}: processes {} were told to end", call.move(), ended);
        return new EndedReport(ended);
    }

    private AlignReport align(Verb.AlignWal verb, VerbCall call) {
        return tools.ask(call.record(), session -> session.alignWal(verb.marginBytes()));
    }
}
