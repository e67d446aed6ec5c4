package io.drover.topology;

/** What a transaction wrote. */
public final class CommitResult {
    CommitResult() {}

    /** The new content and version of a znode that the transaction made or set. */
    public <T> Versioned<T> of(ZNode<T> node) {
        throw new UnsupportedOperationException();
    }

    /** The ZooKeeper transaction: the mzxid of everything written. */
    public long zxid() {
        throw new UnsupportedOperationException();
    }
}
