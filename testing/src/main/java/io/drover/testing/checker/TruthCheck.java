/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.Commit;
import io.drover.testing.checker.Evidence.OldWal;
import io.drover.testing.checker.Evidence.Sighting;
import io.drover.testing.ledger.Place;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * K6, from the servers' own side: the WAL of an old primary has no commit past its fork that anybody was acknowledged; and no node
 * took a write, or answered that it is a primary, after another had done so for the same system in its place.
 */
final class TruthCheck {
    private TruthCheck() {}

    static Finding of(Evidence evidence) {
        Finding.Collector found = new Finding.Collector(Check.K6_SINGLE_WRITER_TRUTH);
        List<Acked> acked = Acked.of(evidence);
        oldWals(evidence, acked, found);
        Map<Writer, Interval> writes = new HashMap<>();
        acked.forEach(write -> write.place()
                .ifPresent(place ->
                        add(writes, new Writer("", place.node(), place.timeline()), write.begunAt(), write.endedAt())));
        overlaps(writes, "took writes", found);
        Map<Writer, Interval> roles = new HashMap<>();
        for (Sighting seen : evidence.sightings()) {
            add(roles, new Writer(seen.system(), seen.node(), seen.timeline()), seen.askedAt(), seen.answeredAt());
        }
        overlaps(roles, "were out of recovery", found);
        if (evidence.sightings().isEmpty()) {
            found.gap("nobody asked the nodes for their role");
        }
        return found.finding();
    }

    private static void oldWals(Evidence evidence, List<Acked> acked, Finding.Collector found) {
        long ended =
                evidence.lineage().stream().filter(reign -> reign.end() != null).count();
        if (ended > evidence.oldWals().size()) {
            found.gap("of " + ended + " old primaries the WAL of "
                    + evidence.oldWals().size() + " was kept");
        }
        boolean nowhere = acked.stream().anyMatch(write -> write.place().isEmpty());
        for (OldWal wal : evidence.oldWals()) {
            found.looked(1);
            if (!wal.complete()) {
                found.gap("the WAL of " + wal.node() + " was touched before it was copied");
            }
            if (nowhere && !wal.commits().isEmpty()) {
                found.gap(wal.node()
                        + " has commits past its fork, and some acknowledged writes do not say where they were done");
            }
            Map<Long, Acked> byTransaction = new HashMap<>();
            acked.forEach(write -> write.place()
                    .filter(place -> isOf(wal, place))
                    .ifPresent(place -> byTransaction.put(place.xid() & 0xFFFF_FFFFL, write)));
            for (Commit commit : wal.commits()) {
                Acked write = byTransaction.get(commit.xid());
                if (commit.lsn().atLeast(wal.fork()) && write != null) {
                    found.violation("the WAL of " + wal.node() + " commits transaction " + commit.xid() + " at "
                            + commit.lsn() + ", past the fork " + wal.fork() + ": " + write);
                }
            }
        }
    }

    private static boolean isOf(OldWal wal, Place place) {
        return place.node().equals(wal.node()) && place.timeline() == wal.timeline();
    }

    private static void add(Map<Writer, Interval> intervals, Writer writer, long begun, long ended) {
        intervals.merge(writer, new Interval(begun, ended), Interval::with);
    }

    private static void overlaps(Map<Writer, Interval> intervals, String what, Finding.Collector found) {
        found.looked(intervals.size());
        Set<Set<Writer>> seen = new HashSet<>();
        intervals.forEach((one, first) -> intervals.forEach((other, second) -> {
            if (one.system().equals(other.system())
                    && !one.node().equals(other.node())
                    && seen.add(Set.of(one, other))
                    && (one.timeline() == other.timeline() || first.overlaps(second))) {
                found.violation(one + " and " + other + " " + what + " at a time");
            }
        }));
    }

    /** A node in one of its reigns. */
    private record Writer(String system, String node, int timeline) {
        @Override
        public String toString() {
            return node + " on timeline " + timeline;
        }
    }

    /** What is certain of several acts that each lie somewhere between a begin and an end: from the first end to the last begin. */
    private record Interval(long lastBegun, long firstEnded) {
        Interval with(Interval other) {
            return new Interval(Math.max(lastBegun, other.lastBegun), Math.min(firstEnded, other.firstEnded));
        }

        /** Whether each began an act after the other had certainly finished one. */
        boolean overlaps(Interval other) {
            return lastBegun > other.firstEnded && other.lastBegun > firstEnded;
        }
    }
}
