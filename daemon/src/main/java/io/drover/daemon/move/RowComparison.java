/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Row counts of a source, counted before and after, and of its copy, counted in between. They agree when the copy's lies between the
 * two. A table in which rows come and go can be decided by counting only when it stood still meanwhile (H97).
 *
 * @param different what tells the difference, by table
 */
record RowComparison(int equal, List<String> undecided, Map<String, String> different) {
    static RowComparison of(Map<String, Long> before, Map<String, Long> copy, Map<String, Long> after) {
        int equal = 0;
        List<String> undecided = new ArrayList<>();
        Map<String, String> different = new TreeMap<>();
        for (Map.Entry<String, Long> counted : new TreeMap<>(after).entrySet()) {
            String table = counted.getKey();
            Long first = before.get(table);
            Long there = copy.get(table);
            long last = counted.getValue();
            if (first != null && there != null && first <= there && there <= last) {
                equal++;
            } else if (first != null && (there == null || first == last)) {
                different.put(table, table + " (" + first + " to " + last + " rows, the copy has " + there + ")");
            } else {
                undecided.add(table);
            }
        }
        return new RowComparison(equal, List.copyOf(undecided), different);
    }

    /** What is different in another count, too: rows may have come and gone between the two counts of a source that seemed to stand still. */
    RowComparison confirmedBy(RowComparison next) {
        Map<String, String> both = new TreeMap<>(next.different);
        both.keySet().retainAll(different.keySet());
        List<String> open = new ArrayList<>(next.undecided);
        next.different.keySet().stream()
                .filter(table -> !both.containsKey(table))
                .forEach(open::add);
        return new RowComparison(next.equal, List.copyOf(open), both);
    }

    void throwWhenDifferent(NodeId source, NodeId target) {
        if (!different.isEmpty()) {
            throw new DroverException(
                    ErrorCode.VERIFICATION_FAILED,
                    "row counts on " + target + " differ from " + source + ": "
                            + Checks.several(List.copyOf(different.values())) + "; the move is undone",
                    "look for corruption or a collation difference on the copy, which is set aside on " + target);
        }
    }

    String sentence() {
        return "row counts: " + equal + " tables agree, " + undecided.size() + " undecided"
                + (undecided.isEmpty() ? "" : " (they changed meanwhile: " + Checks.several(undecided) + ")");
    }
}
