/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a run of Ansible says at its end of each host. */
final class Recap {
    private static final Pattern HEAD = Pattern.compile("(?m)^PLAY RECAP \\*+\\R");
    private static final Pattern HOST = Pattern.compile("\\S+ +: ok=\\d+ +changed=(\\d+) .*\\bfailed=0 .*");

    private Recap() {}

    /** How many things were changed on all hosts; a run of which that cannot be read has not shown that it changed nothing. */
    static int changed(Path log, String text) {
        Matcher head = HEAD.matcher(text);
        if (!head.find()) {
            throw new AssertionError("there is no recap in " + log);
        }
        List<String> hosts = text.substring(head.end())
                .lines()
                .takeWhile(line -> !line.isBlank())
                .toList();
        if (hosts.isEmpty()) {
            throw new AssertionError("the recap in " + log + " names no host");
        }
        return hosts.stream().mapToInt(host -> changedOn(log, host)).sum();
    }

    private static int changedOn(Path log, String host) {
        Matcher line = HOST.matcher(host);
        if (!line.matches()) {
            throw new AssertionError("not understood, or not well, in the recap in " + log + ": " + host);
        }
        return Integer.parseInt(line.group(1));
    }
}
