/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.topology.ZooKeeperSession.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.AddWatchMode;
import org.jspecify.annotations.Nullable;

/** A session as the server knows it. Guarded by the world. */
final class ServerSession {
    private final long id;
    private final Duration timeout;
    private final Set<FakeWatch> watches = new LinkedHashSet<>();
    private @Nullable FakeConnection connection;
    private boolean silent = true;
    private long silences;

    ServerSession(long id, Duration timeout) {
        this.id = id;
        this.timeout = timeout;
    }

    /** One watch. */
    record FakeWatch(String path, AddWatchMode mode, WatchListener listener) {
        /** Whether it tells of this; it then tells the path that this answers. */
        @Nullable
        String tellsOf(FakeTree.Touch touch) {
            return switch (mode) {
                case PERSISTENT_RECURSIVE ->
                    path.equals("/") || touch.path().equals(path) || isBelow(touch.path()) ? touch.path() : null;
                case PERSISTENT ->
                    touch.path().equals(path)
                                    || touch.comesOrGoes()
                                            && FakeTree.parent(touch.path()).equals(path)
                            ? path
                            : null;
            };
        }

        private boolean isBelow(String other) {
            return other.startsWith(path) && other.startsWith("/", path.length());
        }
    }

    /** An event for a listener of this session. */
    record FakeEvent(WatchListener listener, String path) {}

    long id() {
        return id;
    }

    Duration timeout() {
        return timeout;
    }

    Set<FakeWatch> watches() {
        return watches;
    }

    List<FakeEvent> eventsOf(FakeTree.Touch touch) {
        List<FakeEvent> events = new ArrayList<>();
        for (FakeWatch watch : watches) {
            String told = watch.tellsOf(touch);
            if (told != null) {
                events.add(new FakeEvent(watch.listener(), told));
            }
        }
        return events;
    }

    @Nullable
    FakeConnection connection() {
        return connection;
    }

    void attach(FakeConnection fresh) {
        connection = fresh;
        silent = false;
    }

    /** The client is heard of again. */
    void heard() {
        silent = false;
    }

    /** Nothing is heard of the client any more; the answer tells this silence from later ones. */
    long fallSilent() {
        silent = true;
        return ++silences;
    }

    boolean isSilentSince(long silence) {
        return silent && silences == silence;
    }
}
