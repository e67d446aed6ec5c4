/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowListTest {
    @ParameterizedTest
    @CsvSource({
        "postgres: node_a: checkpointer, checkpointer",
        "postgres: node_a: background writer, background writer",
        "postgres: node_a: walwriter, walwriter",
        "postgres: node_a: autovacuum launcher, autovacuum launcher",
        "postgres: node_a: archiver last was 000000010000000000000003, archiver",
        "postgres: node_a: logical replication launcher, logical replication launcher",
        "postgres: node_a: io worker 2, io worker",
    })
    void sparesTheServersOwnProcesses(String title, String backendType) {
        assertThat(AllowList.isServerProcess(title, "node_a", backendType)).isTrue();
    }

    @Test
    void sparesTheLoggerWhichTheActivityViewDoesNotShow() {
        assertThat(AllowList.isServerProcess("postgres: logger", "", "")).isTrue();
        assertThat(AllowList.isServerProcess("postgres: logger", "", "client backend"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "postgres: node_a: app app 127.0.0.1(1234) authentication, ''",
        "postgres: node_a: checkpointer app 127.0.0.1(1234) idle, client backend",
        "postgres: node_a: archiver app [local] idle, client backend",
        "postgres: node_a: autovacuum worker app, autovacuum worker",
        "postgres: node_a: walsender drover_repl 127.0.0.1(1) streaming 0/1, walsender",
        "postgres: node_a: parallel worker for PID 12, parallel worker",
        "postgres: node_a: checkpointer, client backend",
        "postgres: checkpointer, checkpointer",
        "'', ''",
    })
    void endsEverythingElse(String title, String backendType) {
        assertThat(AllowList.isServerProcess(title, "node_a", backendType)).isFalse();
    }

    @Test
    void tellsWhichOfThemWriteWalByThemselves() {
        Map<Integer, String> titles = Map.of(
                1, "postgres: node_a: checkpointer ",
                2, "postgres: node_a: background writer ",
                3, "postgres: autovacuum launcher ",
                4, "postgres: logical replication launcher ",
                5, "postgres: node_a: walwriter ",
                6, "postgres: node_a: archiver last was 000000010000000000000005",
                7, "postgres: node_a: walsender drover_repl 127.0.0.1(4711) streaming 0/5000000",
                8, "postgres: node_a: drover postgres [local] idle");

        assertThat(new AllowList(titles, 7).serverWriters()).containsExactlyInAnyOrder(1, 2, 3, 4);
    }
}
