/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.NodeId;
import io.drover.api.ShardAdoption;
import io.drover.daemon.move.MoveControl;
import io.drover.replication.InstanceLayout;
import io.drover.replication.ManagedSetting;
import io.drover.replication.ServerPlace;
import io.drover.testing.fake.FakeOperator;
import io.drover.testing.fake.FakePostgres;
import io.drover.testing.fake.FakePostgres.Streaming;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The node beside source and target, with its standby: how it comes to be, and what it must be like when a move has come to rest. */
final class ThirdNode {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final ManagedSetting NAMES = ManagedSetting.SYNCHRONOUS_STANDBY_NAMES;
    private static final String COMMITS_WAIT_FOR_IT = "FIRST 1 (" + Third.NODE + ")";

    private final SimWorld world;
    private final Third third;

    ThirdNode(SimWorld world, Third third) {
        this.world = world;
        this.third = third;
    }

    Third kind() {
        return third;
    }

    // ---- how it comes to be

    /**
     * A person makes the standby of a shard that is there, and has it adopted; then the shard may become synchronous.
     *
     * @param order gives an order to a controller, until it is carried out
     */
    void join(Consumer<Consumer<MoveControl>> order) {
        if (!third.isThereFromTheBeginning()) {
            return;
        }
        FakeOperator person = new FakeOperator(world.postgres());
        String home = world.nodes().get(0);
        world.require(LIMIT, "a primary", () -> runs(home));
        person.makeStandby(Third.NODE, place(), home);
        world.require(LIMIT, "the standby streams", () -> stream().isPresent());
        ShardAdoption adoption =
                new ShardAdoption(new NodeId(Third.NODE), world.dataDir().toString(), SimWorld.PORT, "app", null);
        order.accept(control -> control.shards().adopt(SimWorld.SHARD, adoption));
        if (third == Third.SYNCHRONOUS_STANDBY) {
            person.alterSystem(home, world.dataDir(), NAMES, COMMITS_WAIT_FOR_IT);
            world.require(LIMIT, "commits wait for it", () -> namesOn(home).equals(COMMITS_WAIT_FOR_IT));
            world.requireTwoCopies();
        }
    }

    private boolean runs(String node) {
        return world.postgres().running().stream()
                .anyMatch(server -> server.host().equals(node) && server.takesWrites());
    }

    private ServerPlace place() {
        Path directory = Optional.ofNullable(world.dataDir().getParent()).orElseThrow();
        return new ServerPlace(
                world.dataDir(), directory.resolve("socket"), SimWorld.PORT, new InstanceLayout(directory), null);
    }

    private String namesOn(String node) {
        return world.postgres().loaded(node, SimWorld.PORT, NAMES.parameter());
    }

    private Optional<Streaming> stream() {
        return world.postgres().streams().stream()
                .filter(each -> each.host().equals(Third.NODE))
                .findFirst();
    }

    // ---- what it must be like

    /** What is wrong with it. */
    List<String> wrong(String state, String serving) {
        List<String> wrong = new ArrayList<>();
        if (third.stays(state)) {
            Optional<FakePostgres.Running> primary = world.postgres().running().stream()
                    .filter(server -> server.host().equals(serving))
                    .findFirst();
            boolean follows = stream()
                    .filter(each -> each.from().equals(serving) && each.caughtUp())
                    .filter(each -> primary.filter(server -> server.timeline() == each.timeline())
                            .isPresent())
                    .isPresent();
            if (!follows) {
                wrong.add("the standby on " + Third.NODE + " does not follow " + serving + ": " + stream());
            }
        } else if (third != Third.NONE && isCopiedThere()) {
            wrong.add("the standby on " + Third.NODE + " is still there");
        }
        String names = third == Third.SYNCHRONOUS_STANDBY ? COMMITS_WAIT_FOR_IT : "";
        if (!namesOn(serving).equals(names)) {
            wrong.add("commits on " + serving + " wait for '" + namesOn(serving) + "' and not for '" + names + "'");
        }
        return wrong;
    }

    private boolean isCopiedThere() {
        return world.postgres().node(Third.NODE).directories().exists(world.dataDir());
    }

    /** What a move leaves for good on the machines. */
    List<String> traces(String serving) {
        String there = " in " + world.dataDir() + " on " + serving;
        List<String> traces = new ArrayList<>();
        stream().ifPresent(each -> traces.add("slot " + each.slot() + there));
        if (third == Third.SYNCHRONOUS_STANDBY) {
            traces.add("setting " + NAMES.parameter() + " = '" + COMMITS_WAIT_FOR_IT + "'" + there);
        }
        return traces;
    }
}
