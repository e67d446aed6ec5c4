/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a peer takes another switch, by what its own commands print. */
class PeerProductsTest {
    @Test
    void patroniIsSettledWithALeaderAndAReplicaOnItsTimeline() {
        assertThat(PatroniProduct.isSettled(patroni("running", 2, "0"))).isTrue();
        assertThat(PatroniProduct.isSettled(patroni("streaming", 2, "0"))).isTrue();
    }

    @Test
    void patroniIsNotSettledWhileTheReplicaComesBack() {
        assertThat(PatroniProduct.isSettled(patroni("stopping", 2, "0"))).isFalse();
        assertThat(PatroniProduct.isSettled(patroni("running", 1, "0"))).isFalse();
        assertThat(PatroniProduct.isSettled(patroni("running", 2, "\"unknown\"")))
                .isFalse();
        assertThat(PatroniProduct.isSettled("[]")).isFalse();
    }

    @Test
    void patroniIsNotSettledWithoutAReplica() {
        String alone = """
                [{"Member": "node_1", "Role": "Leader", "State": "running", "TL": 2}]
                """;
        assertThat(PatroniProduct.isSettled(alone)).isFalse();
    }

    @Test
    void pgAutoFailoverIsSettledWithAPrimaryAndASecondary() {
        assertThat(AutoFailoverProduct.isSettled(autoFailover("primary", "primary", "secondary", "secondary")))
                .isTrue();
    }

    @Test
    void pgAutoFailoverIsNotSettledOnTheWayToAnotherState() {
        assertThat(AutoFailoverProduct.isSettled(autoFailover("primary", "apply_settings", "secondary", "secondary")))
                .isFalse();
        assertThat(AutoFailoverProduct.isSettled(autoFailover("wait_primary", "wait_primary", "demoted", "demoted")))
                .isFalse();
        assertThat(AutoFailoverProduct.isSettled("[]")).isFalse();
    }

    private static String patroni(String state, int timeline, String lag) {
        return """
                [{"Cluster": "bench", "Member": "node_1", "Role": "Leader", "State": "running", "TL": 2},
                 {"Cluster": "bench", "Member": "node_2", "Role": "Replica", "State": "%s", "TL": %d, "Lag in MB": %s}]
                """.formatted(state, timeline, lag);
    }

    private static String autoFailover(String first, String firstGoal, String second, String secondGoal) {
        return """
                [{"nodename": "node_1", "current_group_state": "%s", "assigned_group_state": "%s"},
                 {"nodename": "node_2", "current_group_state": "%s", "assigned_group_state": "%s"}]
                """.formatted(first, firstGoal, second, secondGoal);
    }
}
