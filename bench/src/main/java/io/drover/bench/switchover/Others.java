/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import java.util.ArrayList;
import java.util.List;

/**
 * The products that a run measures beside Drover.
 *
 * @param asked whether somebody wants them
 * @param series those that can be measured
 * @param missing the others, with the reason where somebody wants them
 */
record Others(boolean asked, List<Series> series, List<String> missing) {
    Others {
        series = List.copyOf(series);
        missing = List.copyOf(missing);
    }

    /** Nobody wants them: all are missing. */
    static Others notAsked(OtherProducts products) {
        return new Others(false, List.of(), products.names());
    }

    static Others of(OtherProducts.Running running) {
        return new Others(true, running.series(), running.missing());
    }

    /** Whether all that was asked for is there. */
    boolean isWhole() {
        return !asked || missing.isEmpty();
    }

    /** The series of Drover's run, and these after them. */
    List<Series> after(List<Series> first) {
        List<Series> all = new ArrayList<>(first);
        all.addAll(series);
        return all;
    }
}
