/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.PlainCopy;
import org.jspecify.annotations.Nullable;

/** Plain {@code pg_basebackup} with the options that Drover gives it, and {@code pg_verifybackup} after it. */
final class PlainCopier implements Copier {
    private final LocalCluster cluster;

    PlainCopier(LocalCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Times copy(@Nullable Long maxRateBytes) {
        try (PlainCopy copy = new PlainCopy(cluster, LocalCluster.NODE_A)) {
            long begun = System.nanoTime();
            copy.copy(maxRateBytes);
            long copied = System.nanoTime();
            copy.verify();
            return new Times(copy.bytes(), begun, copied, System.nanoTime());
        }
    }
}
