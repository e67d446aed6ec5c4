/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Evidence.Equality;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** K10: the same rows in every table of the new primary and of the rollback replica. */
final class EqualityCheck {
    private EqualityCheck() {}

    static Finding of(Evidence evidence) {
        Equality contents = evidence.equality();
        if (contents == null) {
            return Finding.unproven(Check.K10_EQUALITY, "the contents were not compared");
        }
        Finding.Collector found = new Finding.Collector(Check.K10_EQUALITY);
        Set<String> tables = new TreeSet<>(contents.primary().keySet());
        tables.addAll(contents.replica().keySet());
        for (String table : tables) {
            found.looked(1);
            if (!Objects.equals(
                    contents.primary().get(table), contents.replica().get(table))) {
                found.violation("at " + contents.lsn() + " table " + table + " is "
                        + contents.primary().get(table) + " on the primary and "
                        + contents.replica().get(table) + " on the replica");
            }
        }
        return found.finding();
    }
}
