/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One primary at a time, by what servers answered: a timeline belongs to one node, and nothing is done on a timeline after something
 * has been acknowledged, or a primary was seen, on a later one.
 */
final class TimelineRule {
    private final Map<Integer, Reign> reigns = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();

    private TimelineRule() {}

    private static final class Reign {
        private final String node;
        private long firstEnd = Long.MAX_VALUE;
        private long lastBegin = Long.MIN_VALUE;

        Reign(String node) {
            this.node = node;
        }
    }

    /** What breaks the rule, in words. */
    static List<String> violations(List<AckLog> logs, List<RoleProbe.Sighting> sightings) {
        TimelineRule rule = new TimelineRule();
        for (AckLog log : logs) {
            for (int i = 1; i <= log.size(); i++) {
                Optional<Place> place = log.place(i);
                if (log.outcome(i) == AckLog.Outcome.ACKED && place.isPresent()) {
                    Place at = place.orElseThrow();
                    rule.add(at.node(), at.timeline(), log.begunAt(i), log.endedAt(i));
                }
            }
        }
        sightings.forEach(seen -> rule.add(seen.node(), seen.timeline(), seen.lastAsked(), seen.firstAnswered()));
        rule.compare();
        return rule.violations;
    }

    private void add(String node, int timeline, long lastBegin, long firstEnd) {
        Reign reign = reigns.computeIfAbsent(timeline, key -> new Reign(node));
        if (!reign.node.equals(node)) {
            violations.add("timeline " + timeline + " was written on " + reign.node + " and on " + node);
        }
        reign.lastBegin = Math.max(reign.lastBegin, lastBegin);
        reign.firstEnd = Math.min(reign.firstEnd, firstEnd);
    }

    private void compare() {
        for (Map.Entry<Integer, Reign> earlier : reigns.entrySet()) {
            for (Map.Entry<Integer, Reign> later : reigns.entrySet()) {
                long overlap = earlier.getValue().lastBegin - later.getValue().firstEnd;
                if (earlier.getKey() < later.getKey() && overlap > 0) {
                    violations.add(earlier.getValue().node + " took writes on timeline " + earlier.getKey() + " until "
                            + overlap / 1_000 + " us after " + later.getValue().node + " had on timeline "
                            + later.getKey());
                }
            }
        }
    }
}
