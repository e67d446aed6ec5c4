/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.testing.fake.FakeClient;
import io.drover.testing.fake.FakeFailure;
import io.drover.testing.fake.SyncLevel;
import io.drover.testing.fake.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An application that obeys no rule: it knows every server, keeps its sessions, tries anew at once, and waits for no standby. */
public final class SimRogue extends SimMember {
    private int written;

    SimRogue(SimWorld world, String name) {
        super(world, name);
    }

    /** How many commits it was told of. */
    public int written() {
        return written;
    }

    @Override
    void begin(SimProcess process) {
        ScheduledExecutorService thread = process.newEvents("rogue");
        world().nodes().forEach(node -> new Writer(node, thread).think());
    }

    /** Writes on one node. Waits on no thread: what it is told comes to the process's own. */
    private final class Writer {
        private final String node;
        private final ScheduledExecutorService thread;
        private final List<FakeClient> open = new ArrayList<>();

        Writer(String node, ScheduledExecutorService thread) {
            this.node = node;
            this.thread = thread;
        }

        @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for it
        void think() {
            thread.schedule(this::begin, world().thinkingTime().toNanos(), TimeUnit.NANOSECONDS);
        }

        private void begin() {
            if (open.isEmpty() || world().draw(4) == 0) {
                world().postgres().clientLater(name(), node, SimWorld.PORT, soon(this::opened));
            } else {
                write();
            }
        }

        private <T> Told<T> soon(Told<T> told) {
            return (value, failure) -> thread.execute(() -> told.told(value, failure));
        }

        private void opened(@Nullable FakeClient session, @Nullable FakeFailure failure) {
            if (session == null) {
                think();
            } else {
                open.add(session);
                write();
            }
        }

        private void write() {
            FakeClient session = open.get(world().draw(open.size()));
            SyncLevel level = world().draw(2) == 0 ? SyncLevel.LOCAL : SyncLevel.ON;
            session.commitLater(world().nextOperation(name()), level, soon(this::heard));
        }

        private void heard(@Nullable FakeClient session, @Nullable FakeFailure failure) {
            if (failure == null) {
                written++;
            } else if (failure.kind() == FakeFailure.Kind.LOST) {
                open.forEach(FakeClient::close);
                open.clear();
            }
            think();
        }
    }

    @Override
    void ended() {
        world().postgres().closeSessionsOf(name());
    }
}
