/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;

/**
 * Another standby of the instance that moves.
 *
 * @param made whether the move makes it
 */
record Standby(Endpoint endpoint, boolean made) {
    NodeId node() {
        return endpoint.node();
    }
}
