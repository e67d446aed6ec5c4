/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.CanaryQuery;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Reports.CanaryReport;
import io.drover.api.agent.Reports.CountReport;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.SlotReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.PostgresSession;

/** Verbs that ask one thing of a running server: slots, checkpoint, replay, counts, canaries, settings, the rewind's login. */
final class ServerVerbs {
    private final NodeTools tools;
    private final InstanceSettings settings;

    ServerVerbs(NodeTools tools, InstanceSettings settings) {
        this.tools = tools;
        this.settings = settings;
    }

    void addTo(VerbTable table) {
        table.on(Verb.CreateSlot.class, row(this::createSlot));
        table.on(
                Verb.DropSlot.class,
                VerbTable.<Verb.DropSlot, Done>row(this::dropSlot)
                        .nothingWhenUnknown(() -> new Done("there is no such instance here")));
        table.on(
                Verb.Checkpoint.class,
                VerbTable.<Verb.Checkpoint, Done>row(this::checkpoint).beside());
        table.on(
                Verb.SetReplay.class,
                VerbTable.<Verb.SetReplay, Done>row(this::setReplay).beside());
        table.on(
                Verb.CountRows.class,
                VerbTable.<Verb.CountRows, CountReport>row(this::countRows).beside());
        table.on(
                Verb.RunCanaries.class,
                VerbTable.<Verb.RunCanaries, CanaryReport>row(this::runCanaries).beside());
        table.on(Verb.SetRewindLogin.class, row(this::setRewindLogin));
        table.on(
                Verb.RestoreSettings.class,
                VerbTable.<Verb.RestoreSettings, Done>row(this::restoreSettings)
                        .nothingWhenUnknown(() -> new Done("there is no such instance here")));
    }

    private SlotReport createSlot(Verb.CreateSlot verb, VerbCall call) {
        return tools.ask(
                call.record(),
                session -> new SlotReport(
                        verb.slot().value(), session.createSlot(verb.slot().value())));
    }

    private Done dropSlot(Verb.DropSlot verb, VerbCall call) {
        InstanceRecord record = call.record();
        if (!tools.runs(record)) {
            requireGone(record, verb.slot().value());
            return new Done(
                    "the instance is stopped for good: slot " + verb.slot().value() + " goes with its directory");
        }
        FaultPoints.around(
                "drop-slot",
                "slot",
                () -> tools.tell(
                        call.record(),
                        call.deadline().left(),
                        session -> session.dropSlot(
                                verb.slot().value(), call.deadline().left())));
        // what was put there for the copy that the slot was for
        FaultPoints.around("drop-slot", "carried", () -> tools.files(record).forgetCarried());
        return new Done("there is no slot " + verb.slot().value());
    }

    /** A server that is only down for a moment still has its slot, which would fill its disk when it is back (H65). */
    private void requireGone(InstanceRecord record, String slot) {
        if (record.role() != Role.DEMOTED && tools.directories().exists(record.dataDir())) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE,
                    "slot " + slot + " is not dropped: instance " + record.instance() + " does not run",
                    "it is tried again when the server is back");
        }
    }

    private Done checkpoint(Verb.Checkpoint verb, VerbCall call) {
        tools.tell(call.record(), call.deadline().left(), PostgresSession::checkpoint);
        return new Done("the checkpoint is complete");
    }

    private Done setReplay(Verb.SetReplay verb, VerbCall call) {
        tools.tell(
                call.record(),
                call.deadline().left(),
                session ->
                        session.setReplayPaused(verb.paused(), call.deadline().left()));
        return new Done(verb.paused() ? "replay is paused" : "replay goes on");
    }

    private CountReport countRows(Verb.CountRows verb, VerbCall call) {
        return new CountReport(
                tools.server(call.record()).countRows(call.deadline().left()));
    }

    private CanaryReport runCanaries(Verb.RunCanaries verb, VerbCall call) {
        try (PostgresSession session = tools.server(call.record())
                .connect(verb.database().value(), call.deadline().left())) {
            return new CanaryReport(session.runCanaries(
                    verb.queries().stream().map(CanaryQuery::value).toList(),
                    call.deadline().left()));
        }
    }

    private Done setRewindLogin(Verb.SetRewindLogin verb, VerbCall call) {
        tools.tell(call.record(), call.deadline().left(), session -> session.setRewindLogin(verb.allowed()));
        return new Done("drover_rewind " + (verb.allowed() ? "may" : "may not") + " log in");
    }

    /** Behind a seal, or on a primary that lost its grant and still runs, a guard that goes acknowledges what waits for it (H19). */
    private Done restoreSettings(Verb.RestoreSettings verb, VerbCall call) {
        InstanceRecord record = call.record();
        boolean sealed = record.role() == Role.PRIMARY && record.seal() != null;
        if (sealed || record.role() == Role.DEMOTED && !tools.server(record).stopped()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "the settings of instance " + record.instance() + " stay as they are: it is "
                            + (sealed ? "sealed" : "demoted and still runs")
                            + ", and commits that wait for the guard must not be acknowledged",
                    sealed ? "unseal it first" : "stop it first");
        }
        settings.undo(call.instance(), call.move(), verb.step());
        return new Done(
                "the settings of " + (verb.step() == 0 ? "every step" : "step " + verb.step()) + " are as they were");
    }
}
