/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.MoveId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** State and row of each stored move, read from its znode as it is written: no controller is asked. */
final class MoveRecords {
    private static final String DIRECTORY = "/moves/";
    private static final String NEEDS_OPERATOR = "NEEDS_OPERATOR";

    private final Map<String, Seen> seen = new LinkedHashMap<>();

    private final List<String> needs = new ArrayList<>();

    /** @param since when the row began */
    private record Seen(String state, int step, long since) {}

    void written(String path, byte[] content, long now) {
        String name = path.substring(DIRECTORY.length());
        if (name.indexOf('/') >= 0) {
            return;
        }
        String text = new String(content, StandardCharsets.UTF_8);
        int step = numberAfter(text, "\"step\":{\"number\":");
        Seen before = seen.get(name);
        long since = before != null && before.step() == step ? before.since() : now;
        String state = textAfter(text, "\"state\":\"");
        if (state.equals(NEEDS_OPERATOR) && (before == null || !before.state().equals(NEEDS_OPERATOR))) {
            needs.add(step + " " + textAfter(text, "\"code\":\""));
        }
        seen.put(name, new Seen(state, step, since));
    }

    private static String textAfter(String text, String key) {
        int at = text.indexOf(key);
        return at < 0 ? "" : text.substring(at + key.length(), text.indexOf('"', at + key.length()));
    }

    private static int numberAfter(String text, String key) {
        int at = text.indexOf(key);
        if (at < 0) {
            return 0;
        }
        int end = at + key.length();
        while (Character.isDigit(text.charAt(end))) {
            end++;
        }
        return Integer.parseInt(text.substring(at + key.length(), end));
    }

    String describe(String path) {
        Seen now = seen.get(path.substring(DIRECTORY.length()));
        return now == null ? "" : now.state() + " at " + now.step();
    }

    String state(MoveId move) {
        Seen now = seen.get(move.value());
        return now == null ? "" : now.state();
    }

    int step(MoveId move) {
        Seen now = seen.get(move.value());
        return now == null ? 0 : now.step();
    }

    /** Where a move has come to need a person, each time: the row, and the code of its error. */
    List<String> needs() {
        return List.copyOf(needs);
    }

    List<MoveId> all() {
        return seen.keySet().stream().map(MoveId::new).toList();
    }

    /** Whether some move is in a row from one on and before another, which has begun at a time or later. */
    boolean isAny(int from, int before, long since) {
        for (Seen now : seen.values()) {
            if (now.step() >= from
                    && now.step() < before
                    && now.since() >= since
                    && !now.state().equals("ABORTED")) {
                return true;
            }
        }
        return false;
    }
}
