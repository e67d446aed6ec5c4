/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.api.ApplicationName;
import io.drover.api.DroverException;
import io.drover.api.SafeText;
import io.drover.api.StandbyNames;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Receiver;
import io.drover.api.agent.Facts.Sender;
import io.drover.api.agent.Facts.Slot;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.daemon.preflight.PreflightFacts.Companion;
import io.drover.replication.SynchronousStandbys;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** P40 and P41: the instance's other standbys, and commits that wait for them. */
final class CompanionChecks {
    /** What is asked of the target before the copy holds for every node that takes one. */
    private static final Set<String> OF_A_PLACE =
            Set.of("P5", "P6", "P7", "P8", "P25", "P26", "P38", "P58", "P58-port");

    private CompanionChecks() {}

    static Optional<Finding> placesForCopies(PreflightFacts facts) {
        List<String> wrong = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        for (TargetFacts place : facts.places()) {
            PreflightFacts there = facts.copyingTo(place);
            Preflight.TABLE.stream()
                    .filter(check -> OF_A_PLACE.contains(check.id()))
                    .forEach(check -> check.test().apply(there).ifPresent(finding -> {
                        wrong.add(place.node().id() + ": " + check.id() + " " + finding.message());
                        remedies.add(finding.remedy());
                    }));
        }
        return Finding.when(!wrong.isEmpty(), "no standby can be made: " + wrong, String.join("; ", remedies));
    }

    private static String names(PreflightFacts facts) {
        return Settings.text(facts.source(), "synchronous_standby_names");
    }

    /** R10: what commits wait for today they can wait for on the target, since every member will stream from it. */
    static Optional<Finding> synchronousAfterwards(PreflightFacts facts) {
        String value = names(facts);
        SynchronousStandbys synchronous;
        try {
            synchronous = SynchronousStandbys.parse(value);
        } catch (DroverException e) {
            return Optional.of(new Finding(
                    e.getMessage() + " on " + facts.from(),
                    "write it as FIRST n (names) or ANY n (names) before the move"));
        }
        if (synchronous.isEmpty()) {
            return Optional.empty();
        }
        if (!StandbyNames.isOne(value)) {
            return Optional.of(new Finding(
                    "synchronous_standby_names is " + SafeText.quoted(value) + " on " + facts.from()
                            + ": it holds characters that Drover writes into no setting",
                    "name the standbys otherwise before the move"));
        }
        List<String> coming = facts.standbys().stream()
                .flatMap(each -> each.applicationName().stream())
                .toList();
        List<String> members = synchronous.among(coming);
        return Finding.when(
                members.size() < synchronous.count(),
                "synchronous_standby_names is '" + value + "' on " + facts.from() + ": commits wait for "
                        + synchronous.count() + " of " + synchronous.names() + ", and of the standbys that come along "
                        + coming + " only " + members + " are among them: on " + facts.to()
                        + " every commit would hang",
                "adopt the standbys that are named (bin/drover adopt), or name those that Drover knows by their"
                        + " application_name, or empty the setting for the time of the move if you can accept that");
    }

    static Optional<Finding> oneCopyMeanwhile(PreflightFacts facts) {
        if (facts.source().settings().get("synchronous_standby_names") == null
                || synchronousAfterwards(facts).isPresent()) {
            // P40 says it
            return Optional.empty();
        }
        int count = SynchronousStandbys.parse(names(facts)).count();
        return Finding.when(
                count > 1,
                "commits on " + facts.from() + " wait for " + count + " standbys; while these follow " + facts.to()
                        + " before the switch, they wait for " + facts.to() + " alone. After it they wait for " + count
                        + " again",
                "wait for one standby for the time of the move, or waive this when one copy is enough for the seconds"
                        + " of a cutover");
    }

    static Optional<Finding> noStranger(PreflightFacts facts) {
        Set<String> logical = facts.source().slots().stream()
                .filter(slot -> slot.type().equals("logical"))
                .map(Slot::name)
                .collect(Collectors.toSet());
        List<String> others = facts.source().senders().stream()
                .filter(sender -> !isOurs(facts, sender))
                .filter(sender -> !sender.state().equals("backup"))
                // a session that may replicate and has not begun to, such as one that runs SQL (H76): the seal ends it
                .filter(sender -> !sender.state().equals("startup"))
                .filter(sender -> sender.slot() == null || !logical.contains(sender.slot()))
                .filter(sender -> facts.standbys().stream().noneMatch(standby -> isOf(sender, standby)))
                .map(sender -> sender.applicationName() + " (process " + sender.pid() + ")")
                .toList();
        return Finding.when(
                !others.isEmpty(),
                others + " also stream from " + facts.from()
                        + "; they would receive nothing after the move, without an error",
                "adopt a standby on a node with an agent (bin/drover adopt SHARD --node NODE ...): it comes along. Stop"
                        + " any other receiver of WAL, and attach it to the new primary afterwards");
    }

    private static boolean isOurs(PreflightFacts facts, Sender sender) {
        return facts.stream()
                .map(names -> sender.applicationName().equals(names.applicationName()))
                .orElse(false);
    }

    private static boolean isOf(Sender sender, Companion standby) {
        Receiver receiver = standby.instance().map(InstanceFacts::receiver).orElse(null);
        return receiver != null
                && sender.applicationName().equals(receiver.applicationName())
                && Objects.equals(sender.slot(), receiver.slot());
    }

    static Optional<Finding> standbysFollow(PreflightFacts facts) {
        List<String> wrong = new ArrayList<>();
        for (Companion standby : facts.standbys()) {
            trouble(facts, standby).ifPresent(why -> wrong.add(standby.node() + ": " + why));
        }
        return Finding.when(
                !wrong.isEmpty(),
                "standbys that would not come along: " + wrong,
                "mend them; or waive this to leave them behind, and then the move may also be completed without them");
    }

    /** Each by timeline and by whom it receives from, not by whether it streams (H29). */
    private static Optional<String> trouble(PreflightFacts facts, Companion standby) {
        if (standby.instance().isEmpty()) {
            return Optional.of("it cannot be asked, " + standby.trouble());
        }
        InstanceFacts instance = standby.instance().orElseThrow();
        Receiver receiver = instance.receiver();
        if (!instance.inRecovery()) {
            return Optional.of("it is no standby any more");
        }
        if (receiver == null || !receiver.status().equals("streaming")) {
            return Optional.of("its WAL receiver does not stream");
        }
        if (receiver.receivedTimeline() != facts.source().timeline()) {
            return Optional.of("it receives timeline " + receiver.receivedTimeline() + ", " + facts.from() + " is on "
                    + facts.source().timeline());
        }
        if (receiver.applicationName() == null) {
            return Optional.of("its application_name cannot be read");
        }
        if (!ApplicationName.isOne(receiver.applicationName())) {
            return Optional.of("its application_name " + SafeText.quoted(receiver.applicationName())
                    + " holds characters that Drover writes into no setting; give it another");
        }
        long senders = facts.source().senders().stream()
                .filter(sender -> sender.applicationName().equals(receiver.applicationName()))
                .count();
        if (!standby.made() && senders != 1) {
            return Optional.of(senders + " WAL senders on " + facts.from() + " are named " + receiver.applicationName()
                    + ": there has to be one");
        }
        if (!Settings.text(instance, "recovery_target_timeline").equals("latest")) {
            return Optional.of("its recovery_target_timeline is not latest, so it would not follow a promotion");
        }
        return standby.targetLogin()
                .filter(refused -> !refused.isEmpty())
                .map(refused -> "drover_repl cannot log in to " + facts.to() + " from there: " + refused);
    }
}
