/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import static io.drover.daemon.preflight.PreflightCheck.block;
import static io.drover.daemon.preflight.PreflightCheck.blockUnlessWaived;
import static io.drover.daemon.preflight.PreflightCheck.inform;
import static io.drover.daemon.preflight.PreflightCheck.warn;

import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Setting;
import io.drover.api.agent.Facts.Slot;
import io.drover.replication.ManagedSetting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** P14 to P23: nothing writes past the fence, Drover can change its settings, and nobody else interferes. */
final class WriterChecks {
    static final List<PreflightCheck> TABLE = List.of(
            block("P14", When.ALWAYS, "no transaction is prepared for two-phase commit", WriterChecks::noPrepared),
            warn("P14-possible", When.ALWAYS, "two-phase commit is switched off", WriterChecks::noPreparedPossible),
            block("P15", When.ALWAYS, "no subscription is enabled", WriterChecks::noSubscription),
            block("P16", When.ALWAYS, "there is no logical replication slot", WriterChecks::noLogicalSlot),
            blockUnlessWaived(
                    "P17", When.ALWAYS, "no role or database overrides read-only", WriterChecks::noReadOnlyOverride),
            warn(
                    "P17-commit",
                    When.ALWAYS,
                    "no role or database overrides synchronous commit",
                    WriterChecks::noCommitOverride),
            block("P19", When.ALWAYS, "the settings that Drover changes can be changed", WriterChecks::settingsAreOurs),
            block("P20", When.ALWAYS, "the configuration files have no errors", WriterChecks::filesParse),
            block("P21", When.ALWAYS, "ALTER SYSTEM is allowed", WriterChecks::alterSystemAllowed),
            block("P22", When.ALWAYS, "nothing is left over from an earlier move", Leftovers::none),
            inform("P22-copies", When.ALWAYS, "no old copy waits for a purge", Leftovers::noOldCopies),
            warn(
                    "P22-settings",
                    When.ALWAYS,
                    "no setting looks like a move's without its journal",
                    Leftovers::noDoubtfulSettings),
            blockUnlessWaived(
                    "P23", When.ALWAYS, "no other program manages PostgreSQL here", WriterChecks::noForeignManager),
            blockUnlessWaived(
                    "P24", When.ALWAYS, "nothing but its agent starts the source", WriterChecks::onlyItsAgentStartsIt));

    private static final Set<String> SWITCHED_ON = Set.of("on", "true", "yes", "1");
    private static final Set<String> WAITING = Set.of("on", "true", "yes", "1", "remote_write", "remote_apply");

    private WriterChecks() {}

    private static Optional<Finding> noPrepared(PreflightFacts facts) {
        List<String> prepared = facts.source().preparedTransactions();
        return Finding.when(
                !prepared.isEmpty(),
                "prepared transactions " + prepared + " could be committed on both sides of the move",
                "commit them or roll them back on " + facts.from() + " (COMMIT PREPARED, ROLLBACK PREPARED)");
    }

    /** An old primary that starts at boot is one without a grant (H56). */
    private static Optional<Finding> onlyItsAgentStartsIt(PreflightFacts facts) {
        String by = facts.source().startedByOthers();
        return Finding.when(
                by != null && !by.isEmpty(),
                by + ": after the move " + facts.from() + " could start it as a primary beside the new one",
                "write manual into start.conf; a unit of systemd needs the drop-in of docs/adopting.md; a gate that was"
                        + " left open its agent removes, or a person");
    }

    private static Optional<Finding> noPreparedPossible(PreflightFacts facts) {
        long most = Settings.number(facts.source(), "max_prepared_transactions");
        return Finding.when(
                most > 0,
                "max_prepared_transactions is " + most
                        + ": a coordinator may prepare a transaction before the cutover, which" + " then refuses",
                "stop two-phase commit for the time of the cutover");
    }

    private static Optional<Finding> noSubscription(PreflightFacts facts) {
        // what does not say that it is disabled counts as enabled
        List<String> enabled = facts.source().subscriptions().stream()
                .filter(subscription -> !subscription.endsWith("(disabled)"))
                .toList();
        return Finding.when(
                !enabled.isEmpty(),
                "subscriptions " + enabled + " write on " + facts.from()
                        + " without regard to the fence, and would apply on both sides",
                "ALTER SUBSCRIPTION … DISABLE for the time of the move; this version does not hand subscriptions over");
    }

    private static Optional<Finding> noLogicalSlot(PreflightFacts facts) {
        List<String> logical = facts.source().slots().stream()
                .filter(slot -> slot.type().equals("logical"))
                .map(Slot::name)
                .toList();
        return Finding.when(
                !logical.isEmpty(),
                "logical slots " + logical + " do not exist on the target: their consumers would lose changes",
                "drop them and let the consumers take a new snapshot after the move; this version does not hand slots"
                        + " over");
    }

    private static Optional<Finding> noReadOnlyOverride(PreflightFacts facts) {
        List<String> overrides = facts.source().roleSettings().stream()
                .filter(setting -> setting.contains("transaction_read_only") && !ends(setting, SWITCHED_ON))
                .toList();
        return Finding.when(
                !overrides.isEmpty(),
                overrides + " overrides the read-only default: only the seal holds such sessions",
                "ALTER ROLE or ALTER DATABASE … RESET default_transaction_read_only, or waive: the seal stops every"
                        + " session");
    }

    private static Optional<Finding> noCommitOverride(PreflightFacts facts) {
        List<String> overrides = facts.source().roleSettings().stream()
                .filter(setting -> setting.contains("synchronous_commit") && !ends(setting, WAITING))
                .toList();
        return Finding.when(
                !overrides.isEmpty(),
                overrides
                        + ": these commits do not wait for the guard; a planned move carries them over, a crash of the"
                        + " source may lose them",
                "ALTER ROLE or ALTER DATABASE … RESET synchronous_commit");
    }

    private static boolean ends(String setting, Set<String> values) {
        return values.contains(setting.substring(setting.lastIndexOf('=') + 1));
    }

    private static Optional<Finding> settingsAreOurs(PreflightFacts facts) {
        List<String> wrong = new ArrayList<>();
        for (InstanceFacts instance : instances(facts)) {
            String node = instance.equals(facts.source())
                    ? facts.from().value()
                    : facts.to().value();
            for (ManagedSetting managed : ManagedSetting.values()) {
                String name = managed.parameter();
                Setting setting = instance.settings().get(name);
                // nothing is built on this one: it helps where it works
                if (setting == null || managed == ManagedSetting.LISTEN_ADDRESSES) {
                    continue;
                }
                if (setting.source().equals("command line")) {
                    wrong.add(name + " on " + node + " comes from the command line");
                } else if (setting.pendingRestart()) {
                    wrong.add(name + " on " + node + " waits for a restart");
                }
            }
        }
        return Finding.when(
                !wrong.isEmpty(),
                wrong + ": Drover could not change it",
                "take the setting off the command line, or restart the server, and check again");
    }

    private static List<InstanceFacts> instances(PreflightFacts facts) {
        return Stream.concat(Stream.of(facts.source()), facts.target().stream()).toList();
    }

    private static Optional<Finding> filesParse(PreflightFacts facts) {
        List<String> errors = instances(facts).stream()
                .flatMap(instance -> instance.configErrors().stream())
                .toList();
        return Finding.when(
                !errors.isEmpty(),
                "PostgreSQL would ignore a reload: " + errors,
                "mend the lines that pg_file_settings and pg_hba_file_rules name, then reload");
    }

    private static Optional<Finding> alterSystemAllowed(PreflightFacts facts) {
        boolean refused = instances(facts).stream()
                .anyMatch(instance ->
                        Settings.find(instance, "allow_alter_system").equals(Optional.of("off")));
        return Finding.when(refused, "allow_alter_system is off", "set allow_alter_system to on and reload");
    }

    private static Optional<Finding> noForeignManager(PreflightFacts facts) {
        List<String> found = Stream.of(facts.sourceNode(), facts.targetNode().node())
                .flatMap(node -> node.foreignManagers().stream().map(name -> name + " on " + node.id()))
                .distinct()
                .toList();
        return Finding.when(
                !found.isEmpty(),
                found + " may start, stop or promote PostgreSQL in the middle of the move",
                "pause it for the time of the move, or waive when it does not manage this instance");
    }
}
