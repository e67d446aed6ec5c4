/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoints;
import io.drover.testing.fake.FakeZooKeeperClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One process of the installation: it has lives, each with threads, memory and a ZooKeeper session of its own. */
public abstract class SimMember {
    static final Duration SESSION = Duration.ofSeconds(6);

    private final SimWorld world;
    private final String name;
    private FaultPoints.Listener points = point -> {};
    private @Nullable SimProcess process;
    private @Nullable FakeZooKeeperClient zooKeeper;
    private boolean cutFromZooKeeper;

    SimMember(SimWorld world, String name) {
        this.world = world;
        this.name = name;
    }

    /** Its name, which is its host's too. */
    public final String name() {
        return name;
    }

    final SimWorld world() {
        return world;
    }

    /** What the process does first; on a thread of its own. */
    abstract void begin(SimProcess process);

    /** It has ended, however. */
    abstract void ended();

    /** Begins another life, when there is none. */
    public final void start() {
        if (isAlive()) {
            return;
        }
        SimProcess fresh = world.scheduler().process(name);
        fresh.listen(points);
        process = fresh;
        world.say(() -> name + " starts");
        fresh.newThreads("main").execute(() -> begin(fresh));
    }

    /** Kills it where it stands; a thread of it that calls this does not return. */
    public final void kill() {
        SimProcess present = process;
        if (present == null || present.isDead()) {
            return;
        }
        world.say(() -> name + " is killed");
        FakeZooKeeperClient session = zooKeeper;
        if (session != null) {
            session.crash();
        }
        zooKeeper = null;
        process = null;
        ended();
        present.kill();
    }

    /** Stops it where it stands, until {@link #thaw}. */
    public final void freeze() {
        SimProcess present = process;
        if (present == null || present.isFrozen()) {
            return;
        }
        world.say(() -> name + " is frozen");
        FakeZooKeeperClient session = zooKeeper;
        if (session != null) {
            session.freeze();
        }
        present.freeze();
    }

    /** Lets it go on. */
    public final void thaw() {
        SimProcess present = process;
        if (present == null || !present.isFrozen()) {
            return;
        }
        world.say(() -> name + " goes on");
        FakeZooKeeperClient session = zooKeeper;
        if (session != null) {
            session.thaw();
        }
        present.thaw();
    }

    /** Whether it runs, or stands still. */
    public final boolean isAlive() {
        SimProcess present = process;
        return present != null && !present.isDead();
    }

    /** Whether it stands still. */
    public final boolean isFrozen() {
        SimProcess present = process;
        return present != null && present.isFrozen();
    }

    /** Who hears of the fault points that this and each later life reaches, on the thread that reaches them. */
    public final void onPoint(FaultPoints.Listener listener) {
        points = listener;
        SimProcess present = process;
        if (present != null) {
            present.listen(listener);
        }
    }

    /** Ends its ZooKeeper session, whether it is heard of or not. */
    public final void expireSession() {
        FakeZooKeeperClient session = zooKeeper;
        if (session != null) {
            world.say(() -> "the session of " + name + " expires");
            session.expire();
        }
    }

    /** Its ZooKeeper server falls behind the others for a while, unless it writes before. */
    public final void fallBehind(Duration most) {
        FakeZooKeeperClient session = zooKeeper;
        if (session != null) {
            session.fallBehind(most);
        }
    }

    /** Cuts it from ZooKeeper, or mends that. */
    public final void cutFromZooKeeper(boolean cut) {
        cutFromZooKeeper = cut;
        FakeZooKeeperClient session = zooKeeper;
        if (session == null) {
            return;
        }
        if (cut) {
            session.cut();
        } else {
            session.heal();
        }
    }

    final FakeZooKeeperClient connect(SimProcess mine) {
        FakeZooKeeperClient session = world.zooKeeper()
                .connect(name, SESSION, mine, message -> world.network().fate());
        if (cutFromZooKeeper) {
            session.cut();
        }
        zooKeeper = session;
        return session;
    }
}
