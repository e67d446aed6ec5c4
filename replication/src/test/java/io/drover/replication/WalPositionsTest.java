/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalPositionsTest {
    private static final long SEGMENT = 16 << 20;

    @ParameterizedTest
    @CsvSource({
        // inside a segment; on a boundary, where nothing was switched; a switch record across the boundary; one that
        // fills
        // the segment to its last byte, after which PostgreSQL names the place behind the next header
        "0/6FF0078, 0/7000000",
        "0/7000000, 0/7000000",
        "0/7000038, 0/8000000",
        "0/7000028, 0/7000000",
    })
    void theBoundaryIsWhereTheWalEnds(String switched, String boundary) {
        assertThat(WalTail.boundary(switched, SEGMENT)).isEqualTo(Lsn.parse(boundary));
    }

    @Test
    void segmentsHaveTheNamesThatPostgresGivesThem() {
        WalSegment segment = WalSegment.at(2, Lsn.parse("1/FF000010"), SEGMENT);

        assertThat(segment.fileName()).isEqualTo("0000000200000001000000FF");
        assertThat(segment.end()).isEqualTo(Lsn.parse("2/0"));
        assertThat(WalSegment.parse(segment.fileName(), SEGMENT)).contains(segment);
        assertThat(WalSegment.parse("00000002.history", SEGMENT)).isEmpty();
        assertThat(WalSegment.at(1, Lsn.parse("1/40000000"), 1L << 30).fileName())
                .isEqualTo("000000010000000100000001");
    }

    @Test
    void noByteMissingIsNoLagHoweverLongAgoTheLastCommitWas() {
        Lsn flushed = Lsn.parse("0/7000000");

        assertThat(Lag.of(flushed, flushed, 3_600_000)).isEqualTo(new Lag(0, 0));
        assertThat(Lag.of(flushed, flushed.plus(40), 3_600_000)).isEqualTo(new Lag(0, 0));
        assertThat(Lag.of(flushed, flushed.plus(-8), 5)).isEqualTo(new Lag(8, 5));
    }
}
