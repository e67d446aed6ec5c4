/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.MoveRequest;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandbyRequestsTest {
    private static MoveStage stage;
    private static MoveDesk desk;

    @BeforeAll
    static void open() {
        stage = new MoveStage();
        desk = stage.desk();
    }

    @AfterAll
    static void close() throws IOException {
        desk.close();
        stage.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node_x|UNKNOWN_NODE|standbys names node_x, and there is no such node",
                "node_a|SAME_NODE|standbys names node_a, which is the source of the move",
                "node_b|SAME_NODE|standbys names node_b, which is the target of the move",
                "node_c\",\"node_c|INVALID_VALUE|standbys names node_c twice",
            })
    void refusesNamesThatCannotBe(String names, ErrorCode code, String message) {
        assertThatThrownBy(() -> desk.moves.plan(request(names)))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }

    @Test
    void showsInADryRunWhatItWouldMake() {
        assertThat(desk.moves.plan(request("node_c")).plan())
                .filteredOn(step -> step.step() == MoveSteps.MAKE_STANDBYS)
                .singleElement()
                .satisfies(
                        step -> assertThat(step.does()).contains("copy node_b").contains("node_c"));
    }

    private static MoveRequest request(String names) {
        return Json.read(
                ("{\"shard\":\"shard_01\",\"target\":\"node_b\",\"standbys\":[\"" + names + "\"]}").getBytes(UTF_8),
                MoveRequest.class);
    }
}
