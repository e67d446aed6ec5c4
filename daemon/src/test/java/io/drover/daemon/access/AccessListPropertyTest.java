/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.drover.api.Json;
import io.drover.api.SafeText;
import io.drover.daemon.move.HostileText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Every place of an access file with a hostile value in it: the whole file is refused, and nobody is told what it holds. */
final class AccessListPropertyTest {
    private static final String HOLE = "@@";
    private static final String HASH = TokenDigest.of("a token");
    private static final String RIGHT = "callers: [{name: \"alice\", token: \"" + HASH
            + "\", certificate: \"alice\", roles: {\"viewer\": [\"orders_*\"]}}]";

    private static final Map<String, Pattern> PLACES = places();

    /** Each place with what it takes. */
    private static Map<String, Pattern> places() {
        Map<String, Pattern> places = new TreeMap<>();
        Pattern name = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,62}");
        places.put(RIGHT.replace("name: \"alice\"", "name: " + HOLE), name);
        places.put(RIGHT.replace("certificate: \"alice\"", "certificate: " + HOLE), name);
        places.put(RIGHT.replace("\"" + HASH + "\"", HOLE), Pattern.compile("sha256:[0-9a-f]{64}"));
        places.put(RIGHT.replace("\"viewer\"", HOLE), Pattern.compile("viewer|operator|approver|admin"));
        places.put(RIGHT.replace("\"orders_*\"", HOLE), Pattern.compile("[a-z0-9_*]{1,63}"));
        places.put(RIGHT.replace("name:", HOLE + ": 1, name:"), Pattern.compile("(?!)"));
        places.put("callers: " + HOLE, Pattern.compile("(?!)"));
        places.put(HOLE, Pattern.compile("(?!)"));
        return places;
    }

    @Provide
    Arbitrary<String> place() {
        return Arbitraries.of(PLACES.keySet());
    }

    @Provide
    Arbitrary<String> hostile() {
        return HostileText.any();
    }

    private static String quoted(String value) {
        try {
            // a text of JSON is one of YAML
            return Json.mapper()
                    .writer()
                    .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AccessList parse(String text) {
        return AccessList.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
    void isRefusedAsAWholeAndTellsNothing(@ForAll("place") String place, @ForAll("hostile") String value) {
        String text = place.replace(HOLE, quoted(value));
        if (PLACES.get(place).matcher(value).matches()) {
            return;
        }
        assertThatThrownBy(() -> parse(text))
                .as(text)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).matches(SafeText::isPlain))
                .satisfies(e -> assertThat(value.length() > 20 && e.getMessage().contains(value))
                        .isFalse());
    }

    /** As it is written by whoever mistakes YAML for his own language. */
    @Property(tries = 1000, shrinking = ShrinkingMode.OFF)
    void aTextWithoutQuotesLetsNobodyInWhoIsNotListed(@ForAll("place") String place, @ForAll("hostile") String value) {
        Optional<Caller> found;
        try {
            found = parse(place.replace(HOLE, value)).find("Bearer " + value, Optional.of(value));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).hasSizeLessThan(2000);
            return;
        }
        assertThat(found).isEmpty();
    }

    @Example
    void theSameFileWithRightValuesIsTaken() {
        assertThat(parse(RIGHT).find("Bearer a token", Optional.of("alice"))).isPresent();
        for (String value : List.of("", "Bearer", "bearer ", "Basic a token", "Bearer a token\u0000", "Bearer a")) {
            assertThat(parse(RIGHT).find(value, Optional.of("alice"))).as(value).isEmpty();
        }
    }
}
