/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import java.io.BufferedReader;
import java.io.IOException;

/** Reads server-sent events (HTML standard, section 9.2), as far as Drover's controllers write them. */
final class EventReader {
    private EventReader() {}

    /** Gets events. */
    interface Handler {
        /**
         * An event.
         *
         * @param number the history number that the event carries, or 0
         * @return whether to read on
         */
        boolean event(String name, long number, JsonNode data);
    }

    static void read(BufferedReader lines, Handler handler) throws IOException {
        String name = "";
        long number = 0;
        String data = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (!data.isEmpty()
                        && !handler.event(name, number, Json.mapper().readTree(data))) {
                    return;
                }
                name = "";
                number = 0;
                data = "";
            } else if (line.startsWith("event:")) {
                name = line.substring("event:".length()).strip();
            } else if (line.startsWith("id:")) {
                number = Long.parseLong(line.substring("id:".length()).strip());
            } else if (line.startsWith("data:")) {
                data = line.substring("data:".length()).strip();
            }
        }
    }
}
