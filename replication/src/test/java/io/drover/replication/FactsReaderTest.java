/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.FenceEpoch;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FactsReaderTest {
    @Test
    void namesWhatNoJournalExplains() {
        Map<String, String> file = Map.of("autovacuum", "off", "wal_init_zero", "off", "work_mem", "64MB");

        assertThat(FactsReader.unexplained(file, Set.of("wal_init_zero")))
                .containsExactly(Map.entry("autovacuum", "off"));
    }

    @Test
    void aSealWaitsForANameOfItsEpoch() {
        Map<ManagedSetting, String> seal = SealSettings.values(new FenceEpoch(8));

        assertThat(seal).containsAllEntriesOf(SealSettings.ofEveryEpoch()).hasSize(3);
        assertThat(seal.get(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES)).isEqualTo("\"drover_fence_8\"");
    }
}
