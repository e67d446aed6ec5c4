/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The value of synchronous_standby_names (PostgreSQL documentation, synchronous_standby_names).
 *
 * @param quorum whether any of the names count, not the first ones
 * @param count how many of the names a commit waits for
 * @param names application names, the first with the highest priority unless it is a quorum; {@code *} matches every standby
 */
public record SynchronousStandbys(boolean quorum, int count, List<String> names) {
    private static final String ANYBODY = "*";
    private static final Pattern FORM = Pattern.compile(
            "\\s*(?:(?:(FIRST|ANY)\\s+)?(\\d+)\\s*\\((.*)\\)|(.*?))\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile(
            "\\s*(\"(?:[^\"]|\"\")+\"|\\*|[A-Za-z0-9_\\x80-\\uFFFF][A-Za-z0-9_$\\x80-\\uFFFF]*)\\s*(,|$)");

    /** Makes the list unmodifiable. */
    public SynchronousStandbys {
        names = List.copyOf(names);
    }

    /**
     * Reads a value.
     *
     * @throws DroverException NOT_SUPPORTED when it is not understood
     */
    public static SynchronousStandbys parse(String value) {
        if (value.isBlank()) {
            return new SynchronousStandbys(false, 0, List.of());
        }
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw notUnderstood(value);
        }
        return matcher.group(4) == null
                ? new SynchronousStandbys(
                        "ANY".equalsIgnoreCase(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        names(matcher.group(3), value))
                : new SynchronousStandbys(false, 1, names(matcher.group(4), value));
    }

    /** Whether commits wait for nobody. */
    public boolean isEmpty() {
        return names.isEmpty();
    }

    /** Those of some standbys that are among the names, whatever their case, as PostgreSQL compares them. */
    public List<String> among(Collection<String> applicationNames) {
        return applicationNames.stream()
                .filter(each -> names.stream().anyMatch(name -> name.equals(ANYBODY) || name.equalsIgnoreCase(each)))
                .toList();
    }

    /**
     * The value that waits for the name too, besides all that it waits for already; itself when it does so already.
     *
     * @throws DroverException NOT_SUPPORTED for a quorum, into which a name that must be waited for cannot be put (H14)
     */
    SynchronousStandbys waitingFor(String name) {
        if (quorum) {
            throw new DroverException(
                    ErrorCode.NOT_SUPPORTED,
                    "synchronous_standby_names is '" + text() + "'; a quorum cannot be made to wait for the target",
                    "write it in the FIRST form for the time of the move");
        }
        if (count > 0 && names.get(0).equalsIgnoreCase(name)) {
            return this;
        }
        List<String> all = before(name);
        return new SynchronousStandbys(false, Math.min(count + 1, all.size()), all);
    }

    /**
     * The value for the time in which all that it waits for follow the named standby and do not stream themselves: that one is
     * waited for in their stead, and whichever of them comes back only when it is gone.
     */
    SynchronousStandbys standIn(String name) {
        return new SynchronousStandbys(false, 1, before(name));
    }

    private List<String> before(String name) {
        List<String> all = new ArrayList<>();
        all.add(name);
        names.stream().filter(other -> !other.equalsIgnoreCase(name)).forEach(all::add);
        return all;
    }

    String text() {
        return names.isEmpty()
                ? ""
                : (quorum ? "ANY " : "FIRST ") + count + " ("
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
        return name.equals(ANYBODY) ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static DroverException notUnderstood(String value) {
        return new DroverException(
                ErrorCode.NOT_SUPPORTED, "synchronous_standby_names is not understood: '" + value + "'");
    }
}
