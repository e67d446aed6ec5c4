/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static io.drover.daemon.preflight.PreflightCheck.block;

import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Receiver;
import io.drover.api.agent.Facts.Sender;
import io.drover.api.agent.Facts.Slot;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** P1 to P4: the target is a standby of this very source. */
final class StreamChecks {
    static final List<PreflightCheck> TABLE = List.of(
            block(
                    "P1",
                    When.WITH_STANDBY,
                    "source and target have the same system identifier",
                    StreamChecks::sameCluster),
            block("P2", When.ALWAYS, "the source is a primary, and the target not another one", StreamChecks::roles),
            block("P3", When.WITH_STANDBY, "the target streams from this source", StreamChecks::streams),
            block("P4", When.WITH_STANDBY, "nobody else streams under the move's name", StreamChecks::uniqueName));

    private StreamChecks() {}

    private static Optional<Finding> sameCluster(PreflightFacts facts) {
        InstanceFacts standby = facts.standby();
        return Finding.when(
                !standby.instance().equals(facts.source().instance()),
                "the source on " + facts.from() + " is cluster "
                        + facts.source().instance() + ", the target on " + facts.to() + " is cluster "
                        + standby.instance(),
                "abort this move and find out what runs on " + facts.to() + " before anything is copied again");
    }

    private static Optional<Finding> roles(PreflightFacts facts) {
        if (facts.source().inRecovery()) {
            return Optional.of(new Finding(
                    "the instance on " + facts.from() + " is a standby, not a primary",
                    "see which node serves the shard: bin/drover shards"));
        }
        if (facts.target().isEmpty()) {
            return Optional.empty();
        }
        InstanceFacts standby = facts.standby();
        if (!standby.inRecovery()) {
            return Optional.of(new Finding(
                    "the instance on " + facts.to() + " is not in recovery: it was promoted or started as a primary",
                    "stop it at once, abort the move, and compare both nodes before either is used"));
        }
        return Finding.when(
                standby.timeline() != facts.source().timeline(),
                "the source is on timeline " + facts.source().timeline() + ", the target on " + standby.timeline(),
                "abort the move; the copy follows another history and has to be made again");
    }

    /** Looks at the first sender of our name; that there is only one is P4. */
    private static Optional<Finding> streams(PreflightFacts facts) {
        String slotName = facts.names().slot();
        Optional<Slot> slot = facts.source().slots().stream()
                .filter(candidate -> candidate.name().equals(slotName))
                .findFirst();
        List<Sender> senders = ours(facts);
        Receiver receiver = facts.standby().receiver();
        String wrong;
        if (slot.isEmpty()) {
            wrong = "the slot " + slotName + " does not exist on " + facts.from();
        } else if (senders.isEmpty()) {
            wrong = "no WAL sender on " + facts.from() + " is named "
                    + facts.names().applicationName();
        } else if (!Objects.equals(
                slot.orElseThrow().activePid(), senders.get(0).pid())) {
            wrong = "the slot " + slotName + " is used by process "
                    + slot.orElseThrow().activePid() + ", not by the target's WAL sender "
                    + senders.get(0).pid();
        } else if (!senders.get(0).state().equals("streaming")) {
            wrong = "the target's WAL sender is in state '" + senders.get(0).state() + "', not streaming";
        } else if (receiver == null || !receiver.status().equals("streaming")) {
            wrong = "the WAL receiver on " + facts.to() + " does not stream";
        } else if (receiver.receivedTimeline() != facts.source().timeline()) {
            wrong = "the WAL receiver on " + facts.to() + " receives timeline " + receiver.receivedTimeline()
                    + ", the source is on " + facts.source().timeline();
        } else {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                wrong, "read the PostgreSQL log of " + facts.to() + "; the standby has to stream before a cutover"));
    }

    private static List<Sender> ours(PreflightFacts facts) {
        return facts.source().senders().stream()
                .filter(sender -> sender.applicationName().equals(facts.names().applicationName()))
                .toList();
    }

    private static Optional<Finding> uniqueName(PreflightFacts facts) {
        List<Sender> senders = ours(facts);
        return Finding.when(
                senders.size() > 1,
                "processes " + senders.stream().map(Sender::pid).toList() + " on " + facts.from() + " all stream as "
                        + facts.names().applicationName() + ": any of them would satisfy the guard",
                "stop the one that is not the standby on " + facts.to());
    }
}
