/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.bench.LoadKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatiosTest {
    private static final Conditions IDLE = new Conditions(LoadKind.IDLE, 8);

    @Test
    void othersAreHeldAgainstTheDefaultOverTheSamePath() {
        Ratios ratios = Ratios.of(List.of(
                Results.of("sealed-kit", Results.EIGHT, Results.measured(30, 40, 2000)),
                Results.of("strict-kit", Results.EIGHT, Results.measured(30, 80, 2000)),
                Results.of("sealed-multi-host", Results.EIGHT, Results.measured(30, 50, 2000)),
                Results.of("hand-kit", Results.EIGHT, Results.measured(150, 200, 2000)),
                Results.of("hand-pool", Results.EIGHT, Results.measured(150, 160, 2000)),
                Results.of("hand-kit", IDLE, Results.measured(150, 200, 2000))));
        assertThat(ratios.others())
                .containsExactly(
                        new Ratios.Ratio("by-hand pg_promote, kit", "drover sealed, kit", "writers, 8 sessions", 5),
                        new Ratios.Ratio("by-hand pg_promote, pool", "drover sealed, kit", "writers, 8 sessions", 4));
        assertThat(ratios.sessions()).isEmpty();
    }

    @Test
    void moreSessionsAreHeldAgainstTheFewest() {
        Ratios ratios = Ratios.of(List.of(
                Results.of("sealed-kit", new Conditions(LoadKind.WRITERS, 400), Results.measured(30, 80, 2000)),
                Results.of("sealed-kit", new Conditions(LoadKind.WRITERS, 100), Results.measured(30, 60, 2000)),
                Results.of("sealed-kit", Results.EIGHT, Results.measured(30, 40, 2000)),
                Results.of("sealed-kit", new Conditions(LoadKind.WAL, 10), Results.measured(30, 40, 2000))));
        assertThat(ratios.sessions())
                .containsExactly(
                        new Ratios.Ratio("drover sealed, kit", "writers, 8 sessions", "writers, 400 sessions", 2),
                        new Ratios.Ratio("drover sealed, kit", "writers, 8 sessions", "writers, 100 sessions", 1.5));
    }

    @Test
    void whatWasNotMeasuredHasNone() {
        Ratios ratios = Ratios.of(List.of(
                Results.of("sealed-kit", Results.EIGHT),
                Results.of("hand-kit", Results.EIGHT, Results.measured(150, 200, 2000))));
        assertThat(ratios.others()).isEmpty();
    }
}
