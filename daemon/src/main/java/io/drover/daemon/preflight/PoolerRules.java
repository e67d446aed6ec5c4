/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.daemon.preflight.PreflightFacts.Poolers;
import java.util.List;
import java.util.Optional;

/** P53: the poolers that Drover steers take part, as many of each group as it wants. */
final class PoolerRules {
    private PoolerRules() {}

    private static boolean isShort(Poolers group) {
        return group.ready().size() < group.least();
    }

    static Optional<Finding> enough(PreflightFacts facts) {
        List<String> missing = facts.poolers().stream()
                .filter(PoolerRules::isShort)
                .map(group -> group.ready().size() + " of at least " + group.least() + " adapters of group "
                        + group.group() + " of shard " + group.shard() + " can take part"
                        + (group.troubled().isEmpty() ? "" : "; in trouble: " + String.join(", ", group.troubled())))
                .toList();
        return Finding.when(
                !missing.isEmpty(),
                String.join("; ", missing)
                        + ": their clients would see errors in the pause, and go on to the old primary",
                "start the adapters or mend what they name (bin/drover pgbouncer FILE --check); retire a group that will not"
                        + " come back (--retire); or waive");
    }

    static Optional<Finding> noTrouble(PreflightFacts facts) {
        List<String> troubled = facts.poolers().stream()
                .filter(group -> !isShort(group))
                .flatMap(group -> group.troubled().stream())
                .toList();
        return Finding.when(
                !troubled.isEmpty(),
                "in trouble: " + String.join(", ", troubled),
                "mend what they name: the fence would wait for them as long as drainTimeout");
    }
}
