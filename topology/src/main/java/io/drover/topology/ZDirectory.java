/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

/**
 * Names a persistent znode whose children all hold the same record. Made by {@link ZkLayout} only.
 *
 * @param <T> the record of a child
 */
public final class ZDirectory<T> {
    private final String path;
    private final Class<T> type;

    ZDirectory(String path, Class<T> type) {
        this.path = requireNonNull(path, "path is null");
        this.type = requireNonNull(type, "type is null");
    }

    /** The child of this name, as {@link DocumentStore#children} lists it. */
    public ZNode<T> child(String name) {
        return new ZNode<>(path + "/" + name, type);
    }

    String path() {
        return path;
    }

    /** The path, relative to the chroot, for messages. */
    @Override
    public String toString() {
        return path;
    }
}
