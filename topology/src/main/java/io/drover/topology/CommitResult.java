/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.util.Map;

/** What a transaction wrote. */
public final class CommitResult {
    private final Map<String, Versioned<byte[]>> written;

    CommitResult(Map<String, Versioned<byte[]>> written) {
        this.written = Map.copyOf(written);
    }

    /**
     * The new content and version of a znode that the transaction made or set, as others read it: times in milliseconds.
     *
     * @throws IllegalArgumentException when the transaction did not write the znode
     */
    public <T> Versioned<T> of(ZNode<T> node) {
        Versioned<byte[]> bytes = written.get(node.path());
        if (bytes == null) {
            throw new IllegalArgumentException("BUG: the transaction did not write " + node);
        }
        return ZkCalls.decode(node, bytes);
    }

    /**
     * The ZooKeeper transaction: the mzxid of everything written.
     *
     * @throws IllegalStateException when the transaction only checked or deleted
     */
    public long zxid() {
        return written.values().stream()
                .findAny()
                .orElseThrow(() -> new IllegalStateException("BUG: the transaction wrote nothing"))
                .mzxid();
    }
}
