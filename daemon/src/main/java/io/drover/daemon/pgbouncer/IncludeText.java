/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the include file says: where each database lies, and which of them the adapter may have paused. A pause itself is lost on a
 * restart of PgBouncer, and cannot be told from a person's; so the file remembers whose it is (rule R5).
 *
 * @param owner name of the adapter
 * @param places by the database's name in PgBouncer
 * @param held databases that the adapter may have paused
 */
record IncludeText(String owner, SortedMap<String, Place> places, Set<String> held) {
    private static final String OWNER = "; drover owner ";
    private static final String HELD = "; drover held ";
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
        held = Collections.unmodifiableSet(new TreeSet<>(held));
    }

    static IncludeText empty(String owner) {
        return new IncludeText(owner, new TreeMap<>(), Set.of());
    }

    /** Reads a file that an adapter has written; empty when none has. */
    static Optional<IncludeText> parse(String text) {
        String owner = null;
        TreeMap<String, Place> places = new TreeMap<>();
        Set<String> held = new TreeSet<>();
        for (String line : text.lines().map(String::strip).toList()) {
            Matcher place = LINE.matcher(line);
            if (line.startsWith(OWNER)) {
                owner = line.substring(OWNER.length());
            } else if (line.startsWith(HELD)) {
                held.add(line.substring(HELD.length()));
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

    /** The same, with or without the word that a database may be paused. */
    IncludeText withHeld(String name, boolean mayBe) {
        Set<String> all = new TreeSet<>(held);
        if (mayBe) {
            all.add(name);
        } else {
            all.remove(name);
        }
        return new IncludeText(owner, places, all);
    }

    /** As PgBouncer reads it. */
    String render() {
        StringBuilder text = new StringBuilder("; Written by bin/drover pgbouncer. A change that is made here is lost.\n")
                .append(OWNER)
                .append(owner)
                .append('\n');
        held.forEach(name -> text.append(HELD).append(name).append('\n'));
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
