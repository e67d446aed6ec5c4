/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;
import java.time.Duration;
import java.util.List;

/** One to three faults, each at a moment of the seed's choice; what is broken is mended after a while. */
final class Faults {
    /** Those of the pause more often: there the most can go wrong in the shortest time. */
    private static final int[] ROWS = {
        10, 20, 30, 40, 50, 60, 70, 75, 80, 90, 95, 100, 100, 110, 110, 120, 120, 130, 130, 140, 140, 150, 150, 160,
        160, 170, 180
    };
    /** What a row does for other standbys; in it the most can go wrong that concerns a third node. */
    private static final int[] ROWS_OF_STANDBYS = {55, 55, 78, 78, 78, 80};

    /** So many points after the row's first at most. */
    private static final int POINTS = 24;

    private static final List<Duration> LENGTHS = List.of(
            Duration.ofMillis(3),
            Duration.ofMillis(120),
            Duration.ofMillis(900),
            Duration.ofSeconds(3),
            Duration.ofSeconds(9),
            Duration.ofSeconds(15));

    private final SimWorld world;
    private final Simulation.Outcome outcome;
    private final Moment[] moments;
    private int open;
    private boolean armed;

    Faults(SimWorld world, Simulation.Outcome outcome) {
        this.world = world;
        this.outcome = outcome;
        int count = List.of(1, 1, 1, 2, 2, 3).get(world.draw(6));
        this.moments = new Moment[count];
        for (int i = 0; i < count; i++) {
            moments[i] = new Moment(row(), world.draw(POINTS));
        }
    }

    private int row() {
        boolean third = world.third().kind() != Third.NONE;
        int drawn = world.draw(third ? ROWS.length + ROWS_OF_STANDBYS.length : ROWS.length);
        return drawn < ROWS.length ? ROWS[drawn] : ROWS_OF_STANDBYS[drawn - ROWS.length];
    }

    /** When a fault strikes: so many points after a row has begun. */
    private static final class Moment {
        private final int row;
        private final String place;
        private int left;
        private boolean counting;

        Moment(int row, int left) {
            this.row = row;
            this.place = "row-" + row;
            this.left = left;
        }

        boolean isNow(FaultPoint point) {
            counting |= point.place().equals(place);
            return counting && left-- == 0;
        }
    }

    private enum Kind {
        KILL,
        FREEZE,
        POSTGRES,
        POSTMASTER,
        RESTART,
        CUT,
        SESSION,
        ZOOKEEPER,
        DISK,
        TWO_LEADERS,
        POWER,
        MAINTENANCE
    }

    void arm() {
        armed = true;
        world.onPoint(this::point);
    }

    /** Nothing breaks any more. */
    void disarm() {
        armed = false;
    }

    /** Whether nothing is broken at the moment. */
    boolean over() {
        return open == 0;
    }

    private void point(SimMember member, FaultPoint point) {
        if (!armed) {
            return;
        }
        for (Moment moment : moments) {
            if (moment.isNow(point)) {
                strike(member, point, moment.row);
            }
        }
    }

    private void strike(SimMember member, FaultPoint point, int row) {
        Kind kind = Kind.values()[world.draw(Kind.values().length)];
        outcome.fault(kind.name(), row);
        world.stir();
        world.say(() -> "FAULT " + kind + " at " + point + " of " + member.name());
        Duration length = LENGTHS.get(world.draw(LENGTHS.size()));
        switch (kind) {
            case KILL -> kill(someone(member), length);
            case FREEZE -> freeze(someone(member), length);
            case POSTGRES -> world.postgres().mishaps().kill(node(), SimWorld.PORT);
            case POSTMASTER -> world.postgres().mishaps().killPostmaster(node(), SimWorld.PORT);
            case RESTART -> world.postgres().mishaps().crashRestart(node(), SimWorld.PORT);
            case CUT -> cut(length);
            case SESSION -> someone(member).expireSession();
            case ZOOKEEPER -> zooKeeper(length);
            case DISK -> disk(length);
            case TWO_LEADERS -> twoLeaders();
            case POWER -> power(length);
            case MAINTENANCE -> world.postgres().mishaps().maintain(node(), SimWorld.PORT);
        }
    }

    /** Mostly the one that is at work. */
    private SimMember someone(SimMember member) {
        List<String> names = world.names();
        return world.draw(3) > 0 ? member : world.member(names.get(world.draw(names.size())));
    }

    private String node() {
        return world.nodes().get(world.draw(world.nodes().size()));
    }

    private void mendAfter(Duration length, Runnable mending) {
        open++;
        world.later(length, () -> {
            open--;
            world.stir();
            mending.run();
        });
    }

    private void kill(SimMember victim, Duration length) {
        mendAfter(length, victim::start);
        victim.kill();
    }

    private void freeze(SimMember victim, Duration length) {
        mendAfter(length, victim::thaw);
        victim.freeze();
    }

    private void cut(Duration length) {
        List<String> links =
                List.of("node_a", "node_b", Third.NODE, "controller_1", "controller_2", "zookeeper", "client", "rogue");
        List<String> present = links.stream()
                .filter(name -> name.equals("zookeeper") || world.names().contains(name))
                .toList();
        String one = present.get(world.draw(present.size()));
        String other = present.get(world.draw(present.size()));
        if (!one.equals(other)) {
            mendAfter(length, () -> world.mend(one, other));
            world.cut(one, other);
        }
    }

    private void zooKeeper(Duration length) {
        mendAfter(length, world.zooKeeper()::start);
        world.zooKeeper().stop();
    }

    private void disk(Duration length) {
        String node = node();
        mendAfter(length, () -> {
            world.postgres().mishaps().fillDisk(node, false);
            world.agent(node).files().fillDisk(false);
        });
        world.postgres().mishaps().fillDisk(node, true);
        world.agent(node).files().fillDisk(true);
    }

    /** The leader is cut off for longer than its session lasts, and goes on meanwhile. */
    private void twoLeaders() {
        List<SimController> leaders = world.leaders();
        if (leaders.isEmpty()) {
            return;
        }
        String leader = leaders.get(0).name();
        mendAfter(Duration.ofMillis(5_500 + world.draw(4_000)), () -> world.mend(leader, "zookeeper"));
        world.cut(leader, "zookeeper");
        if (world.draw(2) == 0) {
            leaders.get(0).expireSession();
        }
    }

    private void power(Duration length) {
        String node = node();
        SimMember agent = world.member(node);
        mendAfter(length, agent::start);
        world.postgres().mishaps().powerOff(node);
        agent.kill();
    }
}
