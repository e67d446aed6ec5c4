/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.testing.ledger.AckLog.Kind;
import io.drover.testing.ledger.AckLog.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AckFileTest {
    @Test
    void tellsAnotherProcessAllThatTheWriterKnew(@TempDir Path directory) {
        AckLog log = AckFile.create(directory, 7, Kind.KIT);
        Place place = new Place("node_a", "10.0.0.1:5433", 3, Lsn.parse("1/2A"), 4711);
        int first = log.begin();
        log.sawEpoch(first, 9);
        log.writtenAt(first, place);
        log.end(first, Outcome.ACKED, 1234);
        int second = log.begin();
        log.fail(second, Outcome.UNKNOWN, "57P01", 1240);
        int third = log.begin();
        log.fail(third, Outcome.FAILED, null, 1250);
        log.begin();

        AckLog read = AckFile.read(directory.resolve("KIT-7"));

        assertThat(read.writer()).isEqualTo(7);
        assertThat(read.kind()).isEqualTo(Kind.KIT);
        assertThat(read.size()).isEqualTo(4);
        assertThat(read.outcome(first)).isEqualTo(Outcome.ACKED);
        assertThat(read.endedAt(first)).isEqualTo(1234);
        assertThat(read.begunAt(first)).isEqualTo(log.begunAt(first));
        assertThat(read.epoch(first)).hasValue(9);
        assertThat(read.place(first)).contains(place);
        assertThat(read.outcome(second)).isEqualTo(Outcome.UNKNOWN);
        assertThat(read.outcome(third)).isEqualTo(Outcome.FAILED);
        assertThat(read.failures()).isEqualTo(log.failures());
        assertThat(read.outcome(4)).as("killed before it ended").isEqualTo(Outcome.PENDING);
    }

    @Test
    void takesNoNoticeOfALineThatTheWriterDiedIn(@TempDir Path directory) throws IOException {
        AckLog log = AckFile.create(directory, 1, Kind.ROGUE);
        log.begin();
        Path file = directory.resolve("ROGUE-1");
        Files.writeString(file, "ACKED 1 99", StandardOpenOption.APPEND);

        assertThat(AckFile.read(file).outcome(1)).isEqualTo(Outcome.PENDING);
    }
}
