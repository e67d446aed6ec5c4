/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SynchronousStandbysTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|FIRST 1 (\"drover_x\")",
                "a|FIRST 2 (\"drover_x\", \"a\")",
                "a, b|FIRST 2 (\"drover_x\", \"a\", \"b\")",
                "FIRST 2 (a, \"b c\", d)|FIRST 3 (\"drover_x\", \"a\", \"b c\", \"d\")",
                "first 1(a,b)|FIRST 2 (\"drover_x\", \"a\", \"b\")",
                "2 (a,b)|FIRST 3 (\"drover_x\", \"a\", \"b\")",
                "*|FIRST 2 (\"drover_x\", *)",
                "FIRST 1 (\"with \"\" quote\")|FIRST 2 (\"drover_x\", \"with \"\" quote\")",
                "FIRST 1 (a, DROVER_X)|FIRST 2 (\"drover_x\", \"a\")",
            })
    void addsTheTargetInFrontOfThoseThatAreWaitedFor(String existing, String armed) {
        assertThat(Guard.armed(existing, "drover_x")).isEqualTo(armed);
    }

    @Test
    void addsItOnceOnly() {
        String armed = Guard.armed("a", "drover_x");

        assertThat(Guard.armed(armed, "drover_x")).isEqualTo(armed);
    }

    @Test
    void refusesAQuorum() {
        assertThatThrownBy(() -> Guard.armed("ANY 1 (a, b)", "drover_x"))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FIRST (a)", "FIRST 1 a, b", "a b", "FIRST 1 (a b)", "\"open"})
    void refusesWhatItDoesNotUnderstand(String existing) {
        assertThatThrownBy(() -> Guard.armed(existing, "drover_x")).isInstanceOf(DroverException.class);
    }

    @Test
    void namesAStandbyThatCannotExist() {
        assertThat(Guard.unsatisfiable(new FenceEpoch(7))).isEqualTo("\"drover_fence_7\"");
    }
}
