/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.MoveId;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.replication.ManagedSetting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of the settings journal (rule R5): what to remember before postgresql.auto.conf is changed, and what to write to
 * take changes back. Pure; {@link InstanceSettings} does the writing.
 */
final class SettingsJournal {
    private static final String SEAL_MARK = ManagedSetting.LISTEN_ADDRESSES.parameter();
    private static final String GUARD_MARK = ManagedSetting.SYNCHRONOUS_STANDBY_NAMES.parameter();

    /** What a shard keeps when a move has succeeded: whom a standby follows, and whom its new primary waits for. */
    private static final Set<String> LASTING = Set.of(
            ManagedSetting.PRIMARY_CONNINFO.parameter(), ManagedSetting.PRIMARY_SLOT_NAME.parameter(), GUARD_MARK);

    private SettingsJournal() {}

    /**
     * What to write and what to remember afterwards.
     *
     * @param writes value by setting, null to remove the line
     */
    record Reversal(Map<String, @Nullable String> writes, List<SettingChange> remaining) {}

    /**
     * The journal with a change of these settings added. A setting that the same step has changed already keeps its entry: the value
     * in the file is then our own.
     */
    static List<SettingChange> remember(
            List<SettingChange> journal,
            Collection<String> settings,
            Function<String, Optional<String>> stored,
            MoveId move,
            int step) {
        List<SettingChange> result = new ArrayList<>(journal);
        for (String setting : settings) {
            boolean known = journal.stream()
                    .anyMatch(entry ->
                            entry.setting().equals(setting) && entry.move().equals(move) && entry.step() == step);
            if (!known) {
                result.add(new SettingChange(setting, stored.apply(setting).orElse(null), move, step));
            }
        }
        return List.copyOf(result);
    }

    /** Takes back what a step of a move changed; step 0 means every step. */
    static Reversal undo(List<SettingChange> journal, MoveId move, int step) {
        return undo(journal, entry -> entry.move().equals(move) && (step == 0 || entry.step() == step));
    }

    /**
     * Takes back, newest first, the entries that are chosen. Where a later entry of the same setting stays, the file keeps its value
     * and the later entry inherits what was before.
     */
    static Reversal undo(List<SettingChange> journal, Predicate<SettingChange> chosen) {
        Map<String, @Nullable String> writes = new LinkedHashMap<>();
        List<SettingChange> remaining = new ArrayList<>(journal);
        for (int i = journal.size() - 1; i >= 0; i--) {
            SettingChange entry = journal.get(i);
            if (!chosen.test(entry)) {
                continue;
            }
            remaining.remove(i);
            int later = indexAfter(remaining, i, entry.setting());
            if (later < 0) {
                writes.put(entry.setting(), entry.before());
            } else {
                SettingChange heir = remaining.get(later);
                remaining.set(later, new SettingChange(heir.setting(), entry.before(), heir.move(), heir.step()));
            }
        }
        return new Reversal(writes, List.copyOf(remaining));
    }

    /** The journal without those of a move's changes that stay: nobody takes them back any more. */
    static List<SettingChange> handedOver(List<SettingChange> journal, MoveId move) {
        return journal.stream()
                .filter(entry -> !entry.move().equals(move) || !LASTING.contains(entry.setting()))
                .toList();
    }

    /** Whether a change belongs to a step that wrote a seal's settings. */
    static Predicate<SettingChange> ofSeal(List<SettingChange> journal) {
        return change -> journal.stream()
                .anyMatch(entry -> entry.setting().equals(SEAL_MARK)
                        && entry.move().equals(change.move())
                        && entry.step() == change.step());
    }

    /** The change that armed the guard, when one is not taken back yet. */
    static Optional<SettingChange> guard(List<SettingChange> journal) {
        return journal.stream()
                .filter(entry -> entry.setting().equals(GUARD_MARK))
                .filter(ofSeal(journal).negate())
                .findFirst();
    }

    /** Whether a change belongs to a step that had commits wait for the target of a move: the guard, or the target in place of standbys. */
    static Predicate<SettingChange> ofGuard(List<SettingChange> journal) {
        return change -> journal.stream()
                .filter(entry -> entry.setting().equals(GUARD_MARK))
                .filter(ofSeal(journal).negate())
                .anyMatch(entry -> entry.move().equals(change.move()) && entry.step() == change.step());
    }

    /** Whether a seal's settings were written and not taken back. */
    static boolean sealPrepared(List<SettingChange> journal) {
        return journal.stream().anyMatch(entry -> entry.setting().equals(SEAL_MARK));
    }

    /** Whether a move has its guard armed and, when asked for, its seal prepared. */
    static boolean prepared(List<SettingChange> journal, MoveId move, boolean seal) {
        return guard(journal).filter(change -> change.move().equals(move)).isPresent()
                && (!seal
                        || journal.stream()
                                .anyMatch(entry -> entry.setting().equals(SEAL_MARK)
                                        && entry.move().equals(move)));
    }

    private static int indexAfter(List<SettingChange> entries, int from, String setting) {
        for (int i = from; i < entries.size(); i++) {
            if (entries.get(i).setting().equals(setting)) {
                return i;
            }
        }
        return -1;
    }
}
