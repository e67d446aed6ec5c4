/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnknownOutcomesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                " commit work;",
                "end",
                "insert into t values (1);\n commit",
                "-- done\nCOMMIT",
                "/* done; */ COMMIT PREPARED 'x'",
                "prepare  transaction 'x'"
            })
    void seesAnEndOfATransaction(String sql) {
        assertThat(UnknownOutcomes.commits(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into commits values (1)",
                "select case when true then 1 end",
                "update t set note = 'commit'",
                "select committed from t",
                "endpoint",
                "prepare s as select 1",
                "rollback"
            })
    void takesNothingElseForOne(String sql) {
        assertThat(UnknownOutcomes.commits(sql)).isFalse();
    }
}
