/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import java.util.List;
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a|FIRST 1 (\"drover_x\", \"a\")",
                "ANY 2 (a, \"b c\", d)|FIRST 1 (\"drover_x\", \"a\", \"b c\", \"d\")",
                "FIRST 2 (a, DROVER_X)|FIRST 1 (\"drover_x\", \"a\")",
                "*|FIRST 1 (\"drover_x\", *)",
            })
    void waitsForTheTargetWhileTheOthersFollowIt(String existing, String meanwhile) {
        assertThat(Guard.standingIn(existing, "drover_x")).isEqualTo(meanwhile);
        assertThat(Guard.armed(meanwhile, "drover_x"))
                .as("the guard finds it in front")
                .isEqualTo(meanwhile);
    }

    @Test
    void knowsItsMembersWhateverTheirCase() {
        SynchronousStandbys quorum = SynchronousStandbys.parse("any 2 (\"Node_C\", x, \"y z\")");

        assertThat(quorum.quorum()).isTrue();
        assertThat(quorum.count()).isEqualTo(2);
        assertThat(quorum.among(List.of("node_c", "node_d", "y z"))).containsExactly("node_c", "y z");
        assertThat(SynchronousStandbys.parse("*").among(List.of("a", "b"))).containsExactly("a", "b");
        assertThat(SynchronousStandbys.parse(" ").isEmpty()).isTrue();
    }

    @Test
    void namesAStandbyThatCannotExist() {
        assertThat(Guard.unsatisfiable(new FenceEpoch(7))).isEqualTo("\"drover_fence_7\"");
    }
}
