/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "2s,PT2S", "15m,PT15M", "24h,PT24H", "7d,PT168H", "0s,PT0S"})
    void readsTheUnitsOfTheContract(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "2 s", "s", "-2s", "2w", "2S", "1.5s", "2sec"})
    void refusesOtherUnits(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ms, s, m, h or d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"500ms", "2s", "15m", "23h", "7d", "0s", "90s"})
    void writesWhatItReads(String text) {
        assertThat(Durations.format(Durations.parse(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"1KiB,1024", "100MiB,104857600", "2GiB,2147483648"})
    void readsSizes(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
        assertThat(ByteSize.parse(text)).hasToString(text);
    }

    @Test
    void refusesSizesInOtherUnits() {
        assertThatThrownBy(() -> ByteSize.parse("100MB")).hasMessageContaining("KiB, MiB or GiB");
    }
}
