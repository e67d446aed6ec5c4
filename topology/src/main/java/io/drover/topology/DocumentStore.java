package io.drover.topology;

import io.drover.api.Move;
import io.drover.api.MoveId;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;

/** Reads znodes. Writes go through {@link LeaderTransaction}. */
public final class DocumentStore {
    public DocumentStore(CuratorFramework client) {
        throw new UnsupportedOperationException();
    }

    /** The content of a znode; empty when it is absent. */
    public <T> Optional<Versioned<T>> read(ZNode<T> node) {
        throw new UnsupportedOperationException();
    }

    /** The content of all children, by name; children that vanish meanwhile are left out. */
    public <T> List<Versioned<T>> readAll(ZDirectory<T> directory) {
        throw new UnsupportedOperationException();
    }

    /** The names of the children, sorted; none when the directory is absent. */
    public List<String> children(ZDirectory<?> directory) {
        throw new UnsupportedOperationException();
    }

    /** The history of a move after the given number, in order; 0 for all of it. */
    public List<Move.HistoryEntry> history(MoveId move, long afterNumber) {
        throw new UnsupportedOperationException();
    }

    /** Runs something on a thread of its own soon after a znode in or below the directory changes, and now and then without cause. */
    public Watch watch(ZDirectory<?> directory, Runnable onChange) {
        throw new UnsupportedOperationException();
    }
}
