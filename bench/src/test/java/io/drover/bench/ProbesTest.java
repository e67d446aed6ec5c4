/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.bench.Probes.Change;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbesTest {
    private static final long MILLI = 1_000_000;

    private static Seen call(int shard, long transaction, long nanos) {
        return new Seen(shard, transaction, 0, 0, nanos);
    }

    @Test
    void countsFromTheSendingAndFromTheCommit() {
        Change change = new Change(3, 77, 10 * MILLI, 14 * MILLI);
        Probes.Result result = Probes.match(
                List.of(change),
                List.of(call(3, 77, 13 * MILLI), call(3, 77, 19 * MILLI), call(3, 76, 11 * MILLI)),
                Map.of(3, 2));
        assertThat(result.fromSendMillis()).containsExactly(3.0, 9.0);
        assertThat(result.fromCommitMillis()).containsExactly(-1.0, 5.0);
        assertThat(result.missing()).isZero();
    }

    @Test
    void aWatcherThatWasNotCalledIsMissing() {
        Change change = new Change(3, 77, 0, 1);
        assertThat(Probes.match(List.of(change), List.of(call(3, 77, 2)), Map.of(3, 3))
                        .missing())
                .isEqualTo(2);
    }

    @Test
    void whatWasSeenComesBackFromTheFileOfAnotherProcess(@TempDir Path directory) {
        List<Seen> seen = List.of(new Seen(1, 2, 3, 4_500, -5), new Seen(6, 7, 8, 9, 10));
        Seen.write(directory.resolve("seen"), seen);
        assertThat(Seen.read(directory.resolve("seen"))).isEqualTo(seen);
        assertThat(seen.get(0).wallMillis()).isEqualTo(1.5);
    }
}
