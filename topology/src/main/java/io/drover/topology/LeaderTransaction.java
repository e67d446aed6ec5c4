package io.drover.topology;

/** One ZooKeeper transaction of the leading controller: all of it happens, or nothing. */
public final class LeaderTransaction {
    LeaderTransaction() {}

    /** Makes a persistent znode, which must not exist. */
    public <T> LeaderTransaction create(ZNode<T> node, T value) {
        throw new UnsupportedOperationException();
    }

    /** Replaces the content of a znode that has not been written since {@code expected} was read. */
    public <T> LeaderTransaction set(ZNode<T> node, Versioned<?> expected, T value) {
        throw new UnsupportedOperationException();
    }

    /** Deletes a znode that has not been written since {@code expected} was read. */
    public LeaderTransaction delete(ZNode<?> node, Versioned<?> expected) {
        throw new UnsupportedOperationException();
    }

    /** Demands that a znode has not been written since {@code expected} was read. */
    public LeaderTransaction check(ZNode<?> node, Versioned<?> expected) {
        throw new UnsupportedOperationException();
    }

    /** Sends the transaction. */
    public CommitResult commit() {
        throw new UnsupportedOperationException();
    }
}
