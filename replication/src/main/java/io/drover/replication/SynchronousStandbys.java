/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The value of synchronous_standby_names (PostgreSQL documentation, synchronous_standby_names).
 *
 * @param count how many of the names, in their order, a commit waits for
 * @param names the first has the highest priority
 */
record SynchronousStandbys(int count, List<String> names) {
    private static final Pattern FORM = Pattern.compile(
            "\\s*(?:(?:(FIRST|ANY)\\s+)?(\\d+)\\s*\\((.*)\\)|(.*?))\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile(
            "\\s*(\"(?:[^\"]|\"\")+\"|\\*|[A-Za-z0-9_\\x80-\\uFFFF][A-Za-z0-9_$\\x80-\\uFFFF]*)\\s*(,|$)");

    SynchronousStandbys {
        names = List.copyOf(names);
    }

    /**
     * Reads a value.
     *
     * @throws DroverException NOT_SUPPORTED for the ANY form, into which a target that must be waited for cannot be put (H14)
     */
    static SynchronousStandbys parse(String value) {
        if (value.isBlank()) {
            return new SynchronousStandbys(0, List.of());
        }
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw notUnderstood(value);
        }
        if ("ANY".equalsIgnoreCase(matcher.group(1))) {
            throw new DroverException(
                    ErrorCode.NOT_SUPPORTED,
                    "synchronous_standby_names is '" + value + "'; a quorum cannot be made to wait for the target",
                    "write it in the FIRST form for the time of the move");
        }
        return matcher.group(4) == null
                ? new SynchronousStandbys(Integer.parseInt(matcher.group(2)), names(matcher.group(3), value))
                : new SynchronousStandbys(1, names(matcher.group(4), value));
    }

    /** The value that waits for the name too, besides all that it waits for already; itself when it does so already. */
    SynchronousStandbys waitingFor(String name) {
        if (count > 0 && names.get(0).equalsIgnoreCase(name)) {
            return this;
        }
        List<String> all = new ArrayList<>();
        all.add(name);
        names.stream().filter(other -> !other.equalsIgnoreCase(name)).forEach(all::add);
        return new SynchronousStandbys(Math.min(count + 1, all.size()), all);
    }

    String text() {
        return names.isEmpty()
                ? ""
                : "FIRST " + count + " ("
                        + names.stream().map(SynchronousStandbys::quoted).collect(Collectors.joining(", ")) + ")";
    }

    private static List<String> names(String list, String value) {
        List<String> names = new ArrayList<>();
        Matcher matcher = NAME.matcher(list);
        int at = 0;
        while (at < list.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw notUnderstood(value);
            }
            String name = matcher.group(1);
            names.add(
                    name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name);
            at = matcher.end();
        }
        return names;
    }

    private static String quoted(String name) {
        return name.equals("*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static DroverException notUnderstood(String value) {
        return new DroverException(
                ErrorCode.NOT_SUPPORTED, "synchronous_standby_names is not understood: '" + value + "'");
    }
}
