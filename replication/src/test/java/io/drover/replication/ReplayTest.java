/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplayTest {
    @Test
    void asksAnOldServerWhatItCanTell() {
        assertThat(Replay.isPaused(130_014, true)).isEqualTo("SELECT pg_is_wal_replay_paused() = true");
        assertThat(Replay.isPaused(130_014, false)).isEqualTo("SELECT pg_is_wal_replay_paused() = false");
    }

    @Test
    void asksANewerServerWhetherThePauseIsInEffect() {
        assertThat(Replay.isPaused(140_000, true)).isEqualTo("SELECT pg_get_wal_replay_pause_state() = 'paused'");
        assertThat(Replay.isPaused(150_018, false)).isEqualTo("SELECT pg_get_wal_replay_pause_state() = 'not paused'");
    }
}
