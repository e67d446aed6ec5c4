/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.replication.PgBouncer.Pools;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SheddingTest {
    private final Shedding shedding = new Shedding();

    private static Pools pools(int servers, int busy, int waiting) {
        return new Pools(busy, waiting, 0, servers, servers, busy, "transaction");
    }

    private int saw(Pools... processes) {
        return shedding.saw(List.of(processes));
    }

    @Test
    void leavesPoolsAloneThatHaveLittleToClose() {
        assertThat(saw(pools(12, 8, 0), pools(5, 0, 0))).isEqualTo(Shedding.AS_CONFIGURED);
        assertThat(saw(pools(51, 8, 0))).isEqualTo(Shedding.AS_CONFIGURED);
        assertThat(saw(pools(52, 8, 0))).isEqualTo(12);
    }

    @Test
    void closesAFewAtATimeUntilLittleMoreThanIsInUseIsLeft() {
        assertThat(saw(pools(250, 8, 0), pools(240, 3, 0))).isEqualTo(209);
        assertThat(saw(pools(209, 5, 0), pools(209, 3, 0))).isEqualTo(169);
        assertThat(saw(pools(50, 5, 0))).as("the most that were seen in use").isEqualTo(12);
        assertThat(saw(pools(12, 1, 0))).isEqualTo(12);
    }

    /** What is configured for each of them is no more than the hundred that are open. */
    @Test
    void givesThePoolsOfSeveralUsersNoMoreThanTheyHave() {
        assertThat(saw(new Pools(20, 0, 0, 200, 100, 15, "transaction"))).isEqualTo(60);
        assertThat(saw(new Pools(20, 0, 0, 120, 60, 15, "transaction"))).isEqualTo(20);
    }

    @Test
    void waitsUntilPgBouncerHasClosedThem() {
        assertThat(saw(pools(250, 8, 0))).isEqualTo(209);
        assertThat(saw(pools(250, 8, 0))).isEqualTo(209);
    }

    @Test
    void givesUpUntilTheFenceWhenSomebodyWaits() {
        saw(pools(250, 8, 0));
        assertThat(saw(pools(209, 209, 1))).isEqualTo(Shedding.AS_CONFIGURED);
        assertThat(saw(pools(209, 8, 0))).isEqualTo(Shedding.AS_CONFIGURED);
        shedding.end();
        assertThat(saw(pools(209, 8, 0))).isEqualTo(169);
    }

    @Test
    void theSizeTakesThePlaceOfTheConfiguredOne() {
        assertThat(Shedding.options("pool_size=20 min_pool_size = 3 pool_mode=session", 7))
                .isEqualTo("pool_mode=session pool_size=7 min_pool_size=0");
        assertThat(Shedding.options("", 7)).isEqualTo("pool_size=7 min_pool_size=0");
        assertThat(Shedding.options("pool_size=20", Shedding.AS_CONFIGURED)).isEqualTo("pool_size=20");
    }
}
