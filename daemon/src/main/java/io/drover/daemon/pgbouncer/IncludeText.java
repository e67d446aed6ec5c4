/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.FenceEpoch;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the include file says: where each database lies, and which of them the adapter may have paused. A pause itself is lost on a
 * restart of PgBouncer, and cannot be told from a person's; so the file remembers whose it is (rule R5).
 *
 * @param owner name of the adapter
 * @param places by the database's name in PgBouncer
 * @param held databases that the adapter may have paused, with the epoch after which it may have: a pause that is found while the
 *     shard serves at that epoch is somebody else's
 */
record IncludeText(String owner, SortedMap<String, Place> places, SortedMap<String, FenceEpoch> held) {
    private static final String OWNER = "; drover owner ";
    private static final Pattern HELD = Pattern.compile("; drover held (?<name>\\S+) after epoch (?<epoch>\\d+)");
    private static final Pattern LINE =
            Pattern.compile("(?<name>\\S+) = host=(?<host>\\S+) port=(?<port>\\d+) dbname=(?<db>\\S+)( (?<more>.*))?");

    /**
     * Where a database lies.
     *
     * @param database its name on the server
     * @param options more of PgBouncer's parameters, such as {@code pool_size=20}
     */
    record Place(String host, int port, String database, String options) {}

    IncludeText {
        places = Collections.unmodifiableSortedMap(new TreeMap<>(places));
        held = Collections.unmodifiableSortedMap(new TreeMap<>(held));
    }

    static IncludeText empty(String owner) {
        return new IncludeText(owner, new TreeMap<>(), new TreeMap<>());
    }

    /** Reads a file that an adapter has written; empty when none has. */
    static Optional<IncludeText> parse(String text) {
        String owner = null;
        TreeMap<String, Place> places = new TreeMap<>();
        TreeMap<String, FenceEpoch> held = new TreeMap<>();
        for (String line : text.lines().map(String::strip).toList()) {
            Matcher place = LINE.matcher(line);
            Matcher pause = HELD.matcher(line);
            if (line.startsWith(OWNER)) {
                owner = line.substring(OWNER.length());
            } else if (pause.matches()) {
                held.put(pause.group("name"), new FenceEpoch(Long.parseLong(pause.group("epoch"))));
            } else if (place.matches()) {
                String more = place.group("more");
                places.put(
                        place.group("name"),
                        new Place(
                                place.group("host"),
                                Integer.parseInt(place.group("port")),
                                place.group("db"),
                                more == null ? "" : more));
            }
        }
        return owner == null ? Optional.empty() : Optional.of(new IncludeText(owner, places, held));
    }

    /** The same with a database's place. */
    IncludeText with(String name, Place place) {
        SortedMap<String, Place> all = new TreeMap<>(places);
        all.put(name, place);
        return new IncludeText(owner, all, held);
    }

    /** The same with the word that a database may be paused; one that stands there already stays as it is. */
    IncludeText withHeld(String name, FenceEpoch after) {
        SortedMap<String, FenceEpoch> all = new TreeMap<>(held);
        all.putIfAbsent(name, after);
        return new IncludeText(owner, places, all);
    }

    /** The same without it. */
    IncludeText withoutHeld(String name) {
        SortedMap<String, FenceEpoch> all = new TreeMap<>(held);
        all.remove(name);
        return new IncludeText(owner, places, all);
    }

    /** As PgBouncer reads it. */
    String render() {
        StringBuilder text = new StringBuilder(
                        "; Written by bin/drover pgbouncer. A change that is made here is lost.\n")
                .append(OWNER)
                .append(owner)
                .append('\n');
        held.forEach((name, epoch) -> text.append("; drover held ")
                .append(name)
                .append(" after epoch ")
                .append(epoch)
                .append('\n'));
        text.append("[databases]\n");
        for (Map.Entry<String, Place> entry : places.entrySet()) {
            Place place = entry.getValue();
            String line = entry.getKey() + " = host=" + place.host() + " port=" + place.port() + " dbname="
                    + place.database() + " " + place.options();
            text.append(line.strip()).append('\n');
        }
        return text.toString();
    }
}
