/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology;
import java.time.Duration;

/** Told what happens to a shard. Called on the kit's own thread: return quickly, throw nothing. */
public interface ShardListener {
    /** New acquisitions wait from now on. */
    default void held(ShardTopology topology) {}

    /** All work on the primary is finished and the fence is acknowledged. */
    default void acknowledged(FenceEpoch epoch) {}

    /** Connections are handed out again, after this time; {@code topology} names the primary. */
    default void resumed(ShardTopology topology, Duration held) {}

    /** The pool to the target of a move is warm. */
    default void targetReady(ShardTopology topology) {}
}
