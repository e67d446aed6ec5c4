/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.Samples.MOVE;
import static io.drover.daemon.agent.Samples.OTHER_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.daemon.agent.SettingsJournal.Reversal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SettingsJournalTest {
    private static final String SYNC = "synchronous_standby_names";

    @Test
    void remembersWhatStoodInTheFile() {
        List<SettingChange> journal =
                SettingsJournal.remember(List.of(), List.of(SYNC, "autovacuum"), stored(SYNC, "old"), MOVE, 80);

        assertThat(journal)
                .containsExactly(
                        new SettingChange(SYNC, "old", MOVE, 80), new SettingChange("autovacuum", null, MOVE, 80));
    }

    @Test
    void keepsTheFirstMemoryWhenAStepIsRepeated() {
        List<SettingChange> journal = SettingsJournal.remember(List.of(), List.of(SYNC), stored(SYNC, "old"), MOVE, 80);

        assertThat(SettingsJournal.remember(journal, List.of(SYNC), stored(SYNC, "ours"), MOVE, 80))
                .isEqualTo(journal);
    }

    @Test
    void undoesStepsInReverse() {
        List<SettingChange> journal =
                List.of(new SettingChange(SYNC, "old", MOVE, 80), new SettingChange(SYNC, "guard", MOVE, 95));

        Reversal seal = SettingsJournal.undo(journal, MOVE, 95);
        assertThat(seal.writes()).containsExactly(entry(SYNC, "guard"));

        Reversal guard = SettingsJournal.undo(seal.remaining(), MOVE, 80);
        assertThat(guard.writes()).containsExactly(entry(SYNC, "old"));
        assertThat(guard.remaining()).isEmpty();
    }

    @Test
    void undoesAllStepsToTheOldestValue() {
        List<SettingChange> journal =
                List.of(new SettingChange(SYNC, "old", MOVE, 80), new SettingChange(SYNC, "guard", MOVE, 95));

        Reversal reversal = SettingsJournal.undo(journal, MOVE, 0);

        assertThat(reversal.writes()).containsExactly(entry(SYNC, "old"));
        assertThat(reversal.remaining()).isEmpty();
    }

    @Test
    void leavesALaterChangeInPlaceAndHandsItWhatWasBefore() {
        List<SettingChange> journal =
                List.of(new SettingChange(SYNC, "old", MOVE, 80), new SettingChange(SYNC, "guard", MOVE, 95));

        Reversal reversal = SettingsJournal.undo(journal, MOVE, 80);

        assertThat(reversal.writes()).isEmpty();
        assertThat(reversal.remaining()).containsExactly(new SettingChange(SYNC, "old", MOVE, 95));
    }

    @Test
    void touchesNoOtherMove() {
        List<SettingChange> journal = List.of(new SettingChange(SYNC, null, OTHER_MOVE, 80));

        assertThat(SettingsJournal.undo(journal, MOVE, 0).remaining()).isEqualTo(journal);
    }

    @Test
    void removesALineThatWasNotThere() {
        Reversal reversal = SettingsJournal.undo(List.of(new SettingChange(SYNC, null, MOVE, 80)), MOVE, 80);

        assertThat(reversal.writes()).containsOnlyKeys(SYNC).containsValue(null);
    }

    private static Function<String, Optional<String>> stored(String setting, String value) {
        return name -> name.equals(setting) ? Optional.of(value) : Optional.empty();
    }
}
