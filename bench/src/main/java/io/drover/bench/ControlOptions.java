/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * The size of an installation whose control plane is measured.
 *
 * @param shards all of them, those that move too
 * @param clients each with a ZooKeeper session
 * @param shardsPerClient shards that each client holds
 * @param moves moves at the same time; each has a shard and two nodes of its own
 * @param copySeconds how long the longest of the moves' base backups takes; they are spread evenly, from half of it on
 * @param changes probes of idle shards, as many before the moves as are made while those go on, at most
 * @param idleSeconds how long each idle size is measured
 * @param clientJvms processes that the clients are spread over
 * @param ensemble three ZooKeeper servers instead of one
 */
record ControlOptions(
        int shards,
        int clients,
        int shardsPerClient,
        int moves,
        int copySeconds,
        int changes,
        int idleSeconds,
        int clientJvms,
        boolean ensemble) {
    /** The idle sizes, from nothing but the shards that will move to all of them: two in between show whether a line is straight. */
    List<Integer> sizes() {
        List<Integer> sizes = new ArrayList<>(List.of(moves));
        for (int size : List.of(shards / 10, shards * 3 / 10, shards)) {
            if (size > sizes.get(sizes.size() - 1)) {
                sizes.add(size);
            }
        }
        return sizes;
    }
}
