/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalBudgetTest {
    private final AtomicLong now = new AtomicLong();

    @Test
    void tellsHowManyHadNoLine() {
        RefusalBudget budget = new RefusalBudget(2, now::get);

        assertThat(budget.take()).hasValue(0);
        assertThat(budget.take()).hasValue(0);
        assertThat(budget.take()).isEmpty();
        assertThat(budget.take()).isEmpty();

        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(budget.take()).hasValue(2);
        assertThat(budget.take()).isEqualTo(OptionalInt.of(0));
        assertThat(budget.take()).isEmpty();
    }
}
