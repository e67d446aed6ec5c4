/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A value together with the version of the znode that it was read from or written to.
 *
 * @param version grows by one with each write of the znode; starts anew when the znode is deleted and made again
 * @param czxid ZooKeeper transaction that made the znode; tells a znode from its predecessor of the same path (hazard H39)
 * @param mzxid ZooKeeper transaction that wrote this value; all values written by one transaction share it
 * @param modified when it was written, by the clock of the ZooKeeper server
 */
public record Versioned<T>(T value, int version, long czxid, long mzxid, Instant modified) {
    public Versioned {
        requireNonNull(value, "value is null");
        requireNonNull(modified, "modified is null");
    }

    /** Another value under the same version. */
    public <U> Versioned<U> with(U other) {
        return new Versioned<>(other, version, czxid, mzxid, modified);
    }
}
