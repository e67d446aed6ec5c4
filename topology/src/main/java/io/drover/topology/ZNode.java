/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

/**
 * Names one znode and the record that it holds as JSON. Made by {@link ZkLayout} only, so that paths stay in one place.
 *
 * @param <T> the record
 */
public final class ZNode<T> {
    private final String path;
    private final Class<T> type;

    ZNode(String path, Class<T> type) {
        this.path = requireNonNull(path, "path is null");
        this.type = requireNonNull(type, "type is null");
    }

    String path() {
        return path;
    }

    /** The last part of the path. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    Class<T> type() {
        return type;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ZNode<?> that && path.equals(that.path) && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    /** The path, relative to the chroot, for messages. */
    @Override
    public String toString() {
        return path;
    }
}
