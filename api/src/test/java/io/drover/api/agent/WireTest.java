/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What this version says is understood by one that knows only the shapes in {@code wire-1.json}, and the other way round. A line there
 * is never changed; a version that needs another shape has a new member that may be missing, or a new verb.
 */
class WireTest {
    private static final String OPTIONAL = "?";
    /** New members that their record fills in where they are missing. */
    private static final Set<String> FILLED_IN = Set.of("Facts$InstanceFacts.rightsBeyond");

    private static Wire released() throws IOException {
        try (InputStream in = WireTest.class.getResourceAsStream("/wire-1.json")) {
            return new ObjectMapper().readValue(Objects.requireNonNull(in, "wire-1.json is missing"), Wire.class);
        }
    }

    /** How what is known now differs from what was known so that one of both would not understand the other. */
    private static List<String> breaks(
            Map<String, Map<String, String>> then, Map<String, Map<String, String>> now, boolean constantsMayBeAdded) {
        List<String> breaks = new ArrayList<>();
        then.forEach((shape, members) -> {
            Map<String, String> present = now.getOrDefault(shape, Map.of());
            members.forEach((member, type) -> {
                if (!type.equals(present.get(member))) {
                    breaks.add(shape + "." + member + " was " + type + " and is " + present.get(member));
                }
            });
            present.forEach((member, type) -> {
                boolean harmless = type.endsWith(OPTIONAL)
                        || FILLED_IN.contains(shape + "." + member)
                        || (constantsMayBeAdded && type.equals("constant"));
                if (!members.containsKey(member) && !harmless) {
                    breaks.add(shape + "." + member + " is new and may not be missing");
                }
            });
        });
        return breaks;
    }

    @Test
    void commandsAreUnderstoodByBothVersions() throws IOException {
        assertThat(breaks(released().commands(), Wire.present().commands(), true))
                .isEmpty();
    }

    @Test
    void answersAndTopologiesAreUnderstoodByBothVersions() throws IOException {
        assertThat(breaks(released().answers(), Wire.present().answers(), false))
                .isEmpty();
    }

    @Test
    void aBreakIsSeen() throws IOException {
        Map<String, Map<String, String>> then = released().commands();
        Map<String, Map<String, String>> now = new TreeMap<>(then);
        now.put("Verb$Seal", Map.of("epoch", "FenceEpoch?", "more", "String", "may", "String?"));
        assertThat(breaks(then, now, true))
                .containsExactlyInAnyOrder(
                        "Verb$Seal.epoch was FenceEpoch and is FenceEpoch?",
                        "Verb$Seal.targetSlot was String and is null",
                        "Verb$Seal.more is new and may not be missing");
    }
}
