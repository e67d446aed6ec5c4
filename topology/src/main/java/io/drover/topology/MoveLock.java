/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.MoveId;

/**
 * The content of a lock's znode. Locks are persistent: they belong to the move, not to the controller that drives it (hazard H46).
 *
 * @param move the move that holds the lock
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record MoveLock(MoveId move) {}
