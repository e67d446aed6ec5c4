/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Blocker;
import io.drover.api.Blocker.Kind;
import io.drover.api.agent.SessionMark;
import io.drover.replication.InstanceMonitor.BlockerView;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/** What stands in the way of a cutover on a server that does not exist: sessions whose transaction is open and does nothing. */
final class FakeBlockers {
    private static final Duration LONG = Duration.ofSeconds(5);

    private FakeBlockers() {}

    /** The oldest first. */
    static List<BlockerView> of(FakeServer server) {
        return server.backends.values().stream()
                .filter(each -> each.serves() && each.open().compareTo(LONG) > 0)
                .sorted(Comparator.comparing(FakeBackend::open).reversed())
                .map(FakeBlockers::view)
                .toList();
    }

    private static BlockerView view(FakeBackend backend) {
        long age = backend.open().toMillis();
        return new BlockerView(
                new Blocker(
                        Kind.IDLE_IN_TRANSACTION,
                        backend.pid,
                        backend.application,
                        "idle in transaction",
                        age,
                        age,
                        "as long again as it has lasted: nothing tells"),
                backend.mark());
    }

    static List<String> lines(FakeServer server) {
        return of(server).stream().map(view -> view.blocker().line()).toList();
    }

    /** Tells sessions to end that are in the transaction that was seen. */
    static List<Integer> end(FakeServer server, List<SessionMark> sessions) {
        List<FakeBackend> meant = server.backends.values().stream()
                .filter(each -> each.serves() && !each.gone() && sessions.contains(each.mark()))
                .toList();
        meant.forEach(each -> each.terminated = true);
        return meant.stream().map(each -> each.pid).toList();
    }
}
