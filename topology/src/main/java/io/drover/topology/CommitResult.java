/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.util.Map;

/** What a transaction wrote. */
public final class CommitResult {
    private final Map<String, Versioned<Object>> written;

    CommitResult(Map<String, Versioned<Object>> written) {
        this.written = Map.copyOf(written);
    }

    /**
     * The new content and version of a znode that the transaction made or set: the very value that was given to it, which equals what
     * others read as long as its times are whole milliseconds, as {@link io.drover.api.time.Scheduler#clock} tells them.
     *
     * @throws IllegalArgumentException when the transaction did not write the znode
     */
    public <T> Versioned<T> of(ZNode<T> node) {
        Versioned<Object> value = written.get(node.path());
        if (value == null) {
            throw new IllegalArgumentException("BUG: the transaction did not write " + node);
        }
        return value.with(node.type().cast(value.value()));
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
