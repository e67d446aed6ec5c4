/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.FenceEpoch;
import io.drover.api.Json;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.fake.FakePostgres;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is true at every moment, whatever happens. */
final class Invariants {
    private final SimWorld world;
    private @Nullable ShardTopology topology;
    private FenceEpoch highest = new FenceEpoch(0);

    Invariants(SimWorld world) {
        this.world = world;
    }

    /** The newest topology. */
    @Nullable
    ShardTopology topology() {
        return topology;
    }

    /** After each change on the machines. */
    void afterChange() {
        FakePostgres postgres = world.postgres();
        if (postgres.writable() > 1) {
            throw new AssertionError("two nodes take writes: " + postgres.running());
        }
    }

    /** After each change of the topology. */
    void afterTopology(byte[] content) {
        ShardTopology now = Json.read(content, ShardTopology.class);
        world.say(() -> "topology " + now.state() + " epoch " + now.epoch() + " on "
                + now.primary().node());
        if (now.epoch().compareTo(highest) < 0) {
            throw new AssertionError("the epoch fell from " + highest + " to " + now.epoch());
        }
        highest = now.epoch();
        topology = now;
        if (now.state() == TopologyState.SERVING) {
            nothingIsLost(now);
        }
    }

    /** Every commit that somebody was told of is on the node that serves, once. */
    void nothingIsLost(ShardTopology serving) {
        List<FakePostgres.Committed> rows =
                world.postgres().committed(serving.primary().host(), world.dataDir());
        Set<String> there = new HashSet<>();
        for (FakePostgres.Committed row : rows) {
            if (!there.add(row.operation())) {
                throw new AssertionError("row " + row.operation() + " is there twice on "
                        + serving.primary().node());
            }
        }
        for (FakePostgres.Acknowledgement told : world.postgres().acknowledged()) {
            if (!there.contains(told.operation())) {
                throw new AssertionError("row " + told.operation() + " was acknowledged by " + told.host() + " at "
                        + told.end() + " on timeline " + told.timeline() + " and is not on "
                        + serving.primary().node());
            }
        }
    }
}
