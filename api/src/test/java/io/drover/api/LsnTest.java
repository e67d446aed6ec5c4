/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LsnTest {
    private static final long SEGMENT = 16L << 20;

    @ParameterizedTest
    @ValueSource(strings = {"0/0", "0/16B3740", "16/B374D848", "FFFFFFFF/FFFFFFFF", "80000000/1"})
    void readsAndWritesPostgresqlsForm(String text) {
        assertThat(Lsn.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0/", "/0", "0/G", "0/123456789", "-1/0", " 0/0", "0/0 ", "0/0/0"})
    void refusesBadText(String text) {
        assertThatThrownBy(() -> Lsn.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not an LSN");
    }

    @Test
    void comparesUnsigned() {
        Lsn low = Lsn.parse("7FFFFFFF/FFFFFFFF");
        Lsn high = Lsn.parse("80000000/0");

        assertThat(high).isGreaterThan(low);
        assertThat(high.atLeast(low)).isTrue();
        assertThat(low.atLeast(high)).isFalse();
        assertThat(high.atLeast(high)).isTrue();
        assertThat(high.minus(low)).isEqualTo(1);
    }

    @Test
    void findsTheEndOfTheSegment() {
        assertThat(Lsn.parse("0/5000028").roundUpToSegment(SEGMENT)).isEqualTo(Lsn.parse("0/6000000"));
        assertThat(Lsn.parse("0/5000000").roundUpToSegment(SEGMENT)).isEqualTo(Lsn.parse("0/5000000"));
        assertThat(Lsn.parse("0/FFFFFFFF").roundUpToSegment(SEGMENT)).isEqualTo(Lsn.parse("1/0"));
        assertThat(Lsn.parse("0/5FFFFF0").bytesToSegmentEnd(SEGMENT)).isEqualTo(16);
        assertThat(Lsn.parse("0/5000000").bytesToSegmentEnd(SEGMENT)).isEqualTo(SEGMENT);
    }
}
