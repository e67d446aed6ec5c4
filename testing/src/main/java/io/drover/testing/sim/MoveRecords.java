/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.MoveId;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** State and row of each stored move, read from its znode as it is written: no controller is asked. */
final class MoveRecords {
    private static final String DIRECTORY = "/moves/";
    private static final int HOT_FROM = 90;
    private static final int HOT_TO = 160;

    private final Map<String, Seen> seen = new LinkedHashMap<>();

    private record Seen(String state, int step) {}

    void written(String path, byte[] content) {
        String name = path.substring(DIRECTORY.length());
        if (name.indexOf('/') >= 0) {
            return;
        }
        String text = new String(content, StandardCharsets.UTF_8);
        seen.put(name, new Seen(textAfter(text, "\"state\":\""), numberAfter(text, "\"step\":{\"number\":")));
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

    List<MoveId> all() {
        return seen.keySet().stream().map(MoveId::new).toList();
    }

    /** Whether some move is in its cutover. */
    boolean isHot() {
        for (Seen now : seen.values()) {
            if (now.step() >= HOT_FROM && now.step() < HOT_TO && !now.state().equals("ABORTED")) {
                return true;
            }
        }
        return false;
    }
}
