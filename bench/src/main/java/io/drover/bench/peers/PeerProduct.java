/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import java.util.List;

/** What is different from one peer to the next. */
interface PeerProduct {
    /** Makes and starts both nodes: one the primary, the other streaming from it. */
    void create();

    /** The product's own command for a planned switchover. */
    List<String> switchCommand(PeerNode from, PeerNode to);

    /** Runs its programs. */
    PeerPrograms programs();

    /** Whether the product itself says that both nodes are what they should be, so that it takes the next switch. */
    boolean isSettled();
}
