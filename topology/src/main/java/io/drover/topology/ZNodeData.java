/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

/**
 * A znode as it was read.
 *
 * @param bytes its content; never changed
 * @param stat what else is known
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ZNodeData(byte[] bytes, ZNodeStat stat) {
    public ZNodeData {
        requireNonNull(bytes, "bytes is null");
        requireNonNull(stat, "stat is null");
    }

    Versioned<byte[]> versioned() {
        return stat.with(bytes);
    }
}
