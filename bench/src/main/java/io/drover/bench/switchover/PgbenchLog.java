/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What pgbench has written of each transaction.
 *
 * @param clients when each client's transactions were acknowledged
 * @param failed transactions that its log says have failed
 */
record PgbenchLog(List<AckLog> clients, long failed) {
    private static final Pattern ABORTED = Pattern.compile("client \\d+ .*aborted");
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_SECOND = 1_000_000;

    /** A transaction: {@code client transaction micros script second micros-of-the-second}, when it was over. */
    private record Line(int client, boolean failed, long endedMicros) {
        private static final Pattern LINE = Pattern.compile("(\\d+) \\d+ (\\w+) \\d+ (\\d+) (\\d+)( .*)?");

        static Line parse(String text) {
            Matcher matcher = LINE.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalStateException("pgbench has logged what is no transaction: " + text);
            }
            return new Line(
                    Integer.parseInt(matcher.group(1)),
                    !Character.isDigit(matcher.group(2).charAt(0)),
                    Long.parseLong(matcher.group(3)) * MICROS_PER_SECOND + Long.parseLong(matcher.group(4)));
        }
    }

    /**
     * Reads it.
     *
     * @param lines of all its threads
     * @param nanosAtEpoch what {@link System#nanoTime()} was, or would have been, when the wall clock was zero
     */
    static PgbenchLog parse(List<String> lines, long nanosAtEpoch) {
        Map<Integer, AckLog> clients = new TreeMap<>();
        long failed = 0;
        for (String text : lines) {
            Line line = Line.parse(text);
            AckLog log = clients.computeIfAbsent(line.client(), client -> new AckLog(client, AckLog.Kind.KIT));
            int sequence = log.begin();
            log.end(
                    sequence,
                    line.failed() ? Outcome.UNKNOWN : Outcome.ACKED,
                    line.endedMicros() * NANOS_PER_MICRO + nanosAtEpoch);
            failed += line.failed() ? 1 : 0;
        }
        return new PgbenchLog(new ArrayList<>(clients.values()), failed);
    }

    /** How many clients have given up, each because of a transaction that has failed, by what pgbench has said. */
    static long aborted(String output) {
        return output.lines().filter(line -> ABORTED.matcher(line).find()).count();
    }

    /** When the last transaction was acknowledged; the end of what is known. */
    long end() {
        return clients.stream()
                .map(AckLog::acknowledgedAt)
                .filter(times -> times.length > 0)
                .mapToLong(times -> times[times.length - 1])
                .max()
                .orElseThrow(() -> new IllegalStateException("pgbench has logged no transaction"));
    }
}
