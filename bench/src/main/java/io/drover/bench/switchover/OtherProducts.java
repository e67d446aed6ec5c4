/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.api.NodeId;
import io.drover.testing.cluster.LocalCluster;
import java.io.PrintWriter;
import java.util.List;

/**
 * Where products are plugged in that a run can measure beside Drover. Whoever makes the command says which; nothing here knows them.
 *
 * @param names of all
 * @param starter sets them up
 */
public record OtherProducts(List<String> names, Starter starter) {
    public OtherProducts {
        names = List.copyOf(names);
    }

    /** Sets up what is measured. */
    public interface Starter {
        /**
         * Sets up every product that can be; one that cannot is missing, with the reason.
         *
         * @param shard what Drover moves; its settings are theirs
         * @param primary where it is
         */
        Running start(LocalCluster shard, NodeId primary, long rows, int writers, PrintWriter out);
    }

    /** The products of a run, up for as long as it takes. */
    public interface Running extends AutoCloseable {
        /** One series for each that is there. */
        List<Series> series();

        /** Those that are not, each with the reason. */
        List<String> missing();

        @Override
        void close();
    }
}
