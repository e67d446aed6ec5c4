package io.drover.topology;

import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;

/** Takes part in the election of the leading controller. */
public final class LeaderElection implements AutoCloseable {
    /**
     * Prepares to take part.
     *
     * @param controller id of this controller
     * @param rest base address of its REST interface, for the others to forward to
     */
    public LeaderElection(CuratorFramework client, String controller, String rest, Listener listener) {
        throw new UnsupportedOperationException();
    }

    /** Begins to take part. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** The leadership of this controller, while it lasts. */
    public Optional<Leadership> held() {
        throw new UnsupportedOperationException();
    }

    /** The controller that leads and is connected; empty while none does. */
    public Optional<LeaderRecord> current() {
        throw new UnsupportedOperationException();
    }

    /** Gives the leadership up, when it is held, and leaves the election. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** Called on one thread of the election; must return soon. */
    public interface Listener {
        /** This controller leads. */
        void gained(Leadership leadership);

        /** The leadership last gained is over or in doubt. {@link Leadership#stillHeld()} says so even earlier. */
        void lost();
    }
}
