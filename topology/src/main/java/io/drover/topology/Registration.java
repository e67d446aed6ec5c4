package io.drover.topology;

import io.drover.api.Participant;
import io.drover.api.ShardTopology;
import java.util.Optional;

/** A client's membership in a shard. */
public final class Registration implements AutoCloseable {
    Registration() {}

    /** The session in which the ephemeral znode was last seen to exist. */
    public long session() {
        throw new UnsupportedOperationException();
    }

    /** Whether the ephemeral znode exists as far as is known: the connection is up and its session is the one that made it. */
    public boolean current() {
        throw new UnsupportedOperationException();
    }

    /** Reads the topology after the ephemeral znode and in the same session: only then may the client write (hazard H43). */
    public Optional<Versioned<ShardTopology>> readTopology() {
        throw new UnsupportedOperationException();
    }

    /** Writes the znode anew, for example with the acknowledged epoch; returns when ZooKeeper has it. */
    public void update(Participant participant) {
        throw new UnsupportedOperationException();
    }

    /** Deletes the znode. Drain first: afterwards nobody asks this client to. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
