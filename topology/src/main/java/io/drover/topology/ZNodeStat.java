/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * What ZooKeeper knows about a znode besides its content.
 *
 * @param version grows by one with each write; starts anew when the znode is deleted and made again
 * @param czxid transaction that made the znode
 * @param mzxid transaction that wrote the content
 * @param modified when that was, by the clock of the server
 * @param ephemeralOwner session with which the znode goes; 0 when it stays
 */
public record ZNodeStat(int version, long czxid, long mzxid, Instant modified, long ephemeralOwner) {
    public ZNodeStat {
        requireNonNull(modified, "modified is null");
    }

    /** A value under this version. */
    <T> Versioned<T> with(T value) {
        return new Versioned<>(value, version, czxid, mzxid, modified);
    }
}
