/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.testing.fake.FakeClient;
import io.drover.testing.fake.FakeFailure;
import io.drover.testing.fake.SyncLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

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
        ExecutorService threads = process.newThreads("rogue");
        for (String node : world().nodes()) {
            threads.execute(() -> keepWriting(process, node));
        }
    }

    private void keepWriting(SimProcess process, String node) {
        List<FakeClient> open = new ArrayList<>();
        try {
            while (true) {
                process.pause(world().thinkingTime());
                writeOnce(node, open);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeOnce(String node, List<FakeClient> open) {
        try {
            if (open.isEmpty() || world().draw(4) == 0) {
                open.add(world().postgres().client(name(), node, SimWorld.PORT));
            }
            FakeClient session = open.get(world().draw(open.size()));
            SyncLevel level = world().draw(2) == 0 ? SyncLevel.LOCAL : SyncLevel.ON;
            session.commit(world().nextOperation(name()), level);
            written++;
        } catch (FakeFailure e) {
            if (e.kind() == FakeFailure.Kind.LOST) {
                open.forEach(FakeClient::close);
                open.clear();
            }
        }
    }

    @Override
    void ended() {
        world().postgres().closeSessionsOf(name());
    }
}
