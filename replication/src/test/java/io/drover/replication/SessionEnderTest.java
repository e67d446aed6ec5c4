/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionEnderTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int NO_SENDER = 0;
    private static final AllowList NOBODY = new AllowList(Map.of(), NO_SENDER);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 30})
    void endsAllOfThem(int count) throws Exception {
        try (StandInPostmaster postmaster = new StandInPostmaster(count, "exec sleep 60")) {
            assertThat(SessionEnder.endAll(postmaster.pid(), NOBODY, LIMIT)).isEqualTo(count);

            assertThat(postmaster.children()).hasSize(count).noneMatch(ProcessTable::canAct);
        }
    }

    @Test
    void leavesWhoIsSpared() throws Exception {
        try (StandInPostmaster postmaster = new StandInPostmaster(3, "exec sleep 60")) {
            int spared = postmaster.children().get(1);

            assertThat(SessionEnder.endAll(
                            postmaster.pid(),
                            new AllowList(Map.of(spared, ProcessTable.title(spared)), NO_SENDER),
                            LIMIT))
                    .isEqualTo(2);

            assertThat(postmaster.children().stream().filter(ProcessTable::canAct))
                    .containsExactly(spared);
        }
    }

    @Test
    void oneThatDoesNotEndHoldsUpNobodyAndIsNamed() throws Exception {
        String firstIsDeaf = "if [ $i = 1 ]; then trap '' TERM; fi; exec sleep 60";
        try (StandInPostmaster postmaster = new StandInPostmaster(4, firstIsDeaf)) {
            // tried again: where the machine stands still until the limit, the others have no time to end either
            assertThat(Waiting.until(LIMIT, Duration.ofMillis(1), () -> oneIsLeftAndNamed(postmaster.pid())))
                    .isTrue();
        }
    }

    private static boolean oneIsLeftAndNamed(int postmaster) {
        try {
            SessionEnder.endAll(postmaster, NOBODY, Duration.ofMillis(500));
            return false;
        } catch (DroverException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.SEAL_FAILED);
            return String.valueOf(e.getMessage()).contains("1 processes of postmaster " + postmaster);
        }
    }
}
