/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code synchronous_standby_names}, read.
 *
 * @param text as it is set
 * @param quorum whether any of them count, not the first ones
 * @param names the first first
 */
record FakeSynchronous(String text, boolean quorum, int count, List<String> names) {
    static final String ANYBODY = "*";

    private static final Pattern COUNTED =
            Pattern.compile("(?:(FIRST|ANY)\\s+)?(\\d+)\\s*\\((.*)\\)", Pattern.CASE_INSENSITIVE);

    static FakeSynchronous read(String text) {
        Matcher form = COUNTED.matcher(text);
        boolean counted = form.matches();
        List<String> names = text.isBlank()
                ? List.of()
                : Arrays.stream((counted ? form.group(3) : text).split(",", -1))
                        .map(name -> name.strip().replace("\"", ""))
                        .toList();
        return new FakeSynchronous(
                text,
                counted && "ANY".equalsIgnoreCase(form.group(1)),
                counted ? Integer.parseInt(form.group(2)) : 1,
                names);
    }

    /**
     * Whether enough standbys have something. One that still catches up does not count; of the others the first count, or any in a
     * quorum.
     *
     * @param named the standbys that stream under a name
     */
    boolean have(Function<String, List<FakeReceiver>> named, Predicate<FakeReceiver> it) {
        List<FakeReceiver> candidates = names.stream()
                .flatMap(name -> named.apply(name).stream())
                .filter(FakeReceiver::isCaughtUp)
                .distinct()
                .toList();
        if (candidates.size() < count) {
            return false;
        }
        return quorum
                ? candidates.stream().filter(it).count() >= count
                : candidates.stream().limit(count).allMatch(it);
    }
}
