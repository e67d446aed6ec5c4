/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Programs that a former agent started and that outlived it: they would write into a directory that is worked on anew. */
final class Orphans {
    private static final Set<String> PROGRAMS = Set.of("pg_basebackup", "pg_verifybackup", "pg_rewind");
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PATIENT_POLL = Duration.ofMillis(500);

    private Orphans() {}

    /** Ends the programs that work on the directory, and sees them gone. For a directory that nobody needs any more. */
    static void end(Path directory) {
        List<Integer> found = workingOn(directory);
        found.forEach(Signals.TERM::send);
        if (!Waiting.until(LIMIT, POLL, () -> found.stream().noneMatch(ProcessTable::alive))) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "processes " + found + " of a former agent work on " + directory + " and do not end");
        }
    }

    /** Waits until the programs that work on the directory have ended by themselves: half their work is worse than none. */
    static void await(Path directory, Duration limit) {
        if (!Waiting.until(limit, PATIENT_POLL, () -> workingOn(directory).isEmpty())) {
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "processes " + workingOn(directory) + " of a former agent still work on " + directory + " after "
                            + limit.toMinutes() + " minutes");
        }
    }

    /** Programs whose arguments name the directory, and a single-user server in it. */
    private static List<Integer> workingOn(Path directory) {
        return Stream.concat(
                        ProcessTable.all().stream().filter(pid -> worksOn(ProcessTable.argv(pid), directory)),
                        ProcessTable.serversIn(directory).stream())
                .distinct()
                .toList();
    }

    static boolean worksOn(List<String> argv, Path directory) {
        if (argv.isEmpty()
                || !PROGRAMS.contains(argv.get(0).substring(argv.get(0).lastIndexOf('/') + 1))) {
            return false;
        }
        String name = directory.toString();
        return argv.stream().anyMatch(argument -> argument.equals(name) || argument.endsWith("=" + name));
    }
}
