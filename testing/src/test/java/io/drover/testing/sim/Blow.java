/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.fault.FaultPoint;
import java.time.Duration;

/** What happens at a fault point. */
enum Blow {
    /** The process that reaches it is killed, and is back soon. */
    KILLED {
        @Override
        void fall(Stage stage, Moment moment) {
            kill(stage, moment.member());
        }
    },
    /** The process that reaches it stands still for longer than its session lasts, and then goes on. */
    FROZEN {
        @Override
        void fall(Stage stage, Moment moment) {
            SimMember member = stage.world().member(moment.member());
            stage.world().later(STILL, member::thaw);
            member.freeze();
        }
    },
    /** PostgreSQL on the source is killed. */
    SOURCE_KILLED {
        @Override
        void fall(Stage stage, Moment moment) {
            stage.world().postgres().mishaps().kill(Stage.SOURCE.value(), SimWorld.PORT);
        }
    },
    /** PostgreSQL on the target is killed. */
    TARGET_KILLED {
        @Override
        void fall(Stage stage, Moment moment) {
            stage.world().postgres().mishaps().kill(Stage.TARGET.value(), SimWorld.PORT);
        }
    },
    /** PostgreSQL on the third node is killed. */
    STANDBY_KILLED {
        @Override
        void fall(Stage stage, Moment moment) {
            stage.killStandby();
        }
    },
    /** The ZooKeeper servers of all others fall behind, and hear of what the process does next only later (H40). */
    OTHERS_BEHIND {
        @Override
        void fall(Stage stage, Moment moment) {
            stage.world().names().stream()
                    .filter(name -> !name.equals(moment.member()))
                    .forEach(name -> stage.world().member(name).fallBehind(BEHIND));
        }
    },
    /** The process is killed, and so is whichever reaches the next points after it. */
    TWO_KILLED {
        @Override
        void fall(Stage stage, Moment moment) {
            kill(stage, moment.member());
        }
    };

    private static final Duration STILL = SimMember.SESSION.plusSeconds(3);
    /** Longer than the rows of the pause take, and no longer than it may take. */
    private static final Duration BEHIND = Duration.ofMillis(500);

    private static final Duration AGENT_AWAY = Duration.ofSeconds(1);
    private static final Duration CONTROLLER_AWAY = Duration.ofSeconds(3);

    /**
     * Whether it is of interest at a moment. What is true before an effect is true after the one before it, so most of them happen only
     * after one; a client's death only concerns itself.
     */
    boolean concerns(Scenario scenario, Moment moment) {
        boolean another = scenario.third() != Third.NONE && !moment.state().isEmpty();
        if (this == STANDBY_KILLED && !another) {
            return false;
        }
        if (this == KILLED) {
            return true;
        }
        boolean after = moment.point().when() == FaultPoint.When.AFTER;
        if (this == OTHERS_BEHIND) {
            // what is to be written is not known to them afterwards
            return !after;
        }
        return !moment.member().equals("client") && (after || this == FROZEN && moment.ofController());
    }

    /** Called on the thread that has reached the point; may not return. */
    abstract void fall(Stage stage, Moment moment);

    /** Kills a process and starts it again after a while. */
    static void kill(Stage stage, String name) {
        SimMember member = stage.world().member(name);
        stage.world().later(name.startsWith("controller") ? CONTROLLER_AWAY : AGENT_AWAY, member::start);
        member.kill();
    }
}
