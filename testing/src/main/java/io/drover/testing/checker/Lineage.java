/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.TopologyState;
import io.drover.replication.TimelineHistory;
import io.drover.testing.checker.Evidence.Reign;
import io.drover.testing.checker.Evidence.TopologyChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Who reigned on which timeline: the forks from the timeline history of the node that serves, the nodes from the chain of topologies. */
public final class Lineage {
    private Lineage() {}

    /**
     * Puts both together. Without a result, the two do not fit each other, and a check has to say so.
     *
     * @param dataDirectory of the node that serves at the end
     * @param first the timeline at the begin
     * @param last the timeline at the end
     * @param chain the topologies of the run, the one at its begin included
     */
    public static List<Reign> read(Path dataDirectory, int first, int last, List<TopologyChange> chain) {
        List<String> primaries = new ArrayList<>();
        chain.stream()
                .flatMap(change -> change.topology().stream())
                .filter(topology -> topology.state() == TopologyState.SERVING)
                .map(topology -> topology.primary().node().value())
                .filter(node -> primaries.isEmpty()
                        || !primaries.get(primaries.size() - 1).equals(node))
                .forEach(primaries::add);
        return of(history(dataDirectory, last), first, primaries);
    }

    static List<Reign> of(TimelineHistory history, int first, List<String> primaries) {
        List<TimelineHistory.Entry> ended = history.entries().stream()
                .filter(entry -> entry.timeline() >= first)
                .toList();
        if (ended.size() + 1 != primaries.size()) {
            return List.of();
        }
        List<Reign> reigns = new ArrayList<>();
        for (int i = 0; i < ended.size(); i++) {
            reigns.add(new Reign(
                    primaries.get(i), ended.get(i).timeline(), ended.get(i).end()));
        }
        reigns.add(new Reign(primaries.get(primaries.size() - 1), history.timeline(), null));
        return reigns;
    }

    private static TimelineHistory history(Path dataDirectory, int timeline) {
        Path file = dataDirectory.resolve(String.format(Locale.ROOT, "pg_wal/%08X.history", timeline));
        try {
            return TimelineHistory.parse(timeline, Files.exists(file) ? Files.readString(file) : "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
