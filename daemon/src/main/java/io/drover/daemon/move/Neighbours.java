/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import java.util.List;

/**
 * What was found before the other standbys were led away from the source, and is needed to bring it back or to keep it.
 *
 * @param synchronousNames the source's synchronous_standby_names; empty when no commit waits
 */
record Neighbours(String synchronousNames, List<Follower> followers) {}
