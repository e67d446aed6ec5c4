/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.zookeeper.AddWatchMode;

/** Runs something after changes in a tree; changes that come while it waits to run are told once. */
final class ChangeWatch implements Watch {
    private final PersistentWatch watch;
    private final AtomicBoolean pending = new AtomicBoolean();
    private final Runnable onChange;

    ChangeWatch(ZooKeeperClient client, String path, Duration poll, Runnable onChange) {
        this.onChange = requireNonNull(onChange, "onChange is null");
        this.watch =
                new PersistentWatch(client, path, AddWatchMode.PERSISTENT_RECURSIVE, new PersistentWatch.Listener() {
                    @Override
                    public void changed(ZooKeeperSession session, String changedPath) {
                        schedule();
                    }

                    @Override
                    public void reread(ZooKeeperSession session, boolean watched) {
                        schedule();
                    }

                    @Override
                    public void connection(TopologyWatcher.Connection change) {}
                });
        watch.start(poll);
    }

    private void schedule() {
        if (pending.compareAndSet(false, true)) {
            watch.execute(() -> {
                // Cleared first: a change during the run causes another run.
                pending.set(false);
                onChange.run();
            });
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
