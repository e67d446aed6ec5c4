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
 * Row counts of a source and its copy. A table that only grows has the copy's count between the source's two; one that shrank
 * meanwhile cannot be decided by counting (H97).
 */
record RowComparison(int equal, List<String> undecided, List<String> different) {
    static RowComparison of(Map<String, Long> before, Map<String, Long> copy, Map<String, Long> after) {
        int equal = 0;
        List<String> undecided = new ArrayList<>();
        List<String> different = new ArrayList<>();
        for (Map.Entry<String, Long> counted : new TreeMap<>(after).entrySet()) {
            String table = counted.getKey();
            Long first = before.get(table);
            Long there = copy.get(table);
            long last = counted.getValue();
            if (first == null || first > last) {
                undecided.add(table);
            } else if (there == null || there < first || there > last) {
                different.add(table + " (" + first + " to " + last + " rows, the copy has " + there + ")");
            } else {
                equal++;
            }
        }
        return new RowComparison(equal, List.copyOf(undecided), List.copyOf(different));
    }

    void throwWhenDifferent(NodeId source, NodeId target) {
        if (!different.isEmpty()) {
            throw new DroverException(
                    ErrorCode.VERIFICATION_FAILED,
                    "row counts on " + target + " differ from " + source + ": " + String.join(", ", different)
                            + "; the move is undone",
                    "look for corruption or a collation difference on the copy, which is set aside on " + target);
        }
    }

    String sentence() {
        return "row counts: " + equal + " tables agree, " + undecided.size() + " undecided"
                + (undecided.isEmpty() ? "" : " (they shrank meanwhile: " + String.join(", ", undecided) + ")");
    }
}
