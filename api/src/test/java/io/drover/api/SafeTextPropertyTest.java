/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class SafeTextPropertyTest {
    @Provide
    Arbitrary<String> hostile() {
        return HostileText.any();
    }

    @Property(tries = 2000)
    void isPlainWhateverItIsMadeFrom(@ForAll("hostile") String text) {
        assertThat(SafeText.line(text)).matches(SafeText::isPlain);
        assertThat(SafeText.lines(text).replace("\n", "")).matches(SafeText::isPlain);
        assertThat(SafeText.quoted(text)).matches(SafeText::isPlain).hasSizeLessThan(1000);
        assertThat(SafeText.line(SafeText.line(text))).isEqualTo(SafeText.line(text));
    }

    @Example
    void leavesOrdinaryTextAsItIs() {
        assertThat(SafeText.line("caf\u00e9 \u05e9\u05dc\u05d5\u05dd \ud83d\udc04 100 %"))
                .isEqualTo("caf\u00e9 \u05e9\u05dc\u05d5\u05dd \ud83d\udc04 100 %");
        assertThat(SafeText.line("a\nb\u001b[2J\u202e")).isEqualTo("a\\nb\\u001b[2J\\u202e");
        assertThat(SafeText.lines("a\nb\r\nc\rd")).isEqualTo("a\nb\nc\\rd");
    }

    @Example
    void jsonWithoutEndIsRefusedAndNoStackOverflows() {
        for (String text : new String[] {
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "[".repeat(60) + "]".repeat(60),
            "\"" + "x".repeat(2_000_000) + "\"",
            "1".repeat(1000),
            "{\"" + "x".repeat(5000) + "\": 1}",
            "{\"v\": 1, \"v\": 2}"
        }) {
            assertThatThrownBy(() -> Json.read(text.getBytes(StandardCharsets.UTF_8), Object.class))
                    .isInstanceOf(UncheckedIOException.class);
        }
    }

    @Example
    void noTextNamesAClass() {
        for (String text :
                new String[] {"[\"java.util.ArrayList\", []]", "{\"@class\": \"java.io.File\", \"path\": \"/etc\"}"}) {
            Object read = Json.read(text.getBytes(StandardCharsets.UTF_8), Object.class);

            assertThat(read.getClass().getPackageName()).isEqualTo("java.util");
            assertThat(read.toString()).contains("java.");
        }
    }
}
