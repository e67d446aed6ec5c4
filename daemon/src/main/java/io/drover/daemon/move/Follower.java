/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A standby that follows the source when a cutover begins.
 *
 * @param formerSlot the slot on the source from which it streamed, or null when it had none
 */
record Follower(
        NodeId node, String applicationName, @Nullable String formerSlot) {}
