/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.ByteSize;
import io.drover.bench.LoadKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SwitchoverOptionsTest {
    private static SwitchoverOptions options(List<LoadKind> loads, List<Integer> sessions) {
        return new SwitchoverOptions(
                2, 8, 1000, SeriesTable.named(SeriesTable.USUAL), loads, sessions, null, 1, Profile.LOCAL);
    }

    @Test
    void everySeriesIsMeasuredUnderEachOfTheConditions() {
        SwitchoverOptions options = options(List.of(LoadKind.WRITERS, LoadKind.WAL), List.of(10, 100));
        assertThat(options.conditions())
                .containsExactly(
                        new Conditions(LoadKind.WRITERS, 10),
                        new Conditions(LoadKind.WRITERS, 100),
                        new Conditions(LoadKind.WAL, 10),
                        new Conditions(LoadKind.WAL, 100));
        assertThat(options.results()).hasSize(4 * SeriesTable.USUAL.size());
    }

    @Test
    void withoutANumberThereAreAsManySessionsAsTheLoadUses() {
        assertThat(options(List.of(LoadKind.IDLE, LoadKind.WAL), List.of()).conditions())
                .containsExactly(new Conditions(LoadKind.IDLE, 1), new Conditions(LoadKind.WAL, 10));
    }

    @Test
    void refusesFewerSessionsThanTheLoadUses() {
        assertThatThrownBy(() -> options(List.of(LoadKind.WAL), List.of(8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the load wal uses 10 sessions at once, more than 8");
    }

    @Test
    void aSeriesWithALoadOfItsOwnStandsForTheWriters() {
        List<Series> pgbench = SeriesTable.named(List.of("sealed-pgbench"));
        SwitchoverOptions options = new SwitchoverOptions(
                2, 8, 1000, pgbench, List.of(LoadKind.WRITERS, LoadKind.WAL), List.of(10), null, 1, Profile.LOCAL);
        assertThat(options.results()).hasSize(1);
        assertThat(options.results().get(0).conditions()).isEqualTo(new Conditions(LoadKind.WRITERS, 16));
        assertThatThrownBy(() -> new SwitchoverOptions(
                        2, 8, 1000, pgbench, List.of(LoadKind.IDLE), List.of(), null, 1, Profile.LOCAL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sealed-pgbench");
    }

    @Test
    void changesNoMoreSettingsThanItHasTo() {
        assertThat(options(List.of(LoadKind.WRITERS), List.of()).settings()).isEmpty();
        assertThat(options(List.of(LoadKind.WRITERS), List.of(8, 400)).settings())
                .containsExactly(Map.entry("max_connections", "500"));
        SwitchoverOptions large = new SwitchoverOptions(
                2,
                8,
                1000,
                SeriesTable.named(SeriesTable.USUAL),
                List.of(LoadKind.WRITERS),
                List.of(),
                ByteSize.parse("2GiB"),
                1,
                Profile.LOCAL);
        assertThat(large.settings()).containsExactly(Map.entry("shared_buffers", "2097152kB"));
    }

    @Test
    void refusesASeriesThatThereIsNot() {
        assertThatThrownBy(() -> SeriesTable.named(List.of("sealed-kit", "nonsense")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no series 'nonsense', only sealed-kit, strict-kit, ");
    }

    @Test
    void theUsualSeriesExistAndNoNameIsGivenTwice() {
        assertThat(SeriesTable.named(SeriesTable.USUAL)).hasSameSizeAs(SeriesTable.USUAL);
        assertThat(SeriesTable.ALL).extracting(Series::key).doesNotHaveDuplicates();
        assertThat(SeriesTable.ALL).extracting(Series::title).doesNotHaveDuplicates();
    }
}
