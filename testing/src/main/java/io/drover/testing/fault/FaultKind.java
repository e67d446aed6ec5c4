/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.util.Locale;

/** What is done to whom. */
enum FaultKind {
    KILL_LEADER(Deed.KILL, Party.LEADER),
    FREEZE_LEADER(Deed.FREEZE, Party.LEADER),
    KILL_CONTROLLERS(Deed.KILL, Party.CONTROLLERS),
    FREEZE_CONTROLLERS(Deed.FREEZE, Party.CONTROLLERS),
    KILL_SOURCE_AGENT(Deed.KILL, Party.SOURCE),
    FREEZE_SOURCE_AGENT(Deed.FREEZE, Party.SOURCE),
    KILL_TARGET_AGENT(Deed.KILL, Party.TARGET),
    FREEZE_TARGET_AGENT(Deed.FREEZE, Party.TARGET),
    KILL_SOURCE_POSTGRES(Deed.KILL, Party.SOURCE_POSTGRES),
    FREEZE_SOURCE_POSTGRES(Deed.FREEZE, Party.SOURCE_POSTGRES),
    KILL_TARGET_POSTGRES(Deed.KILL, Party.TARGET_POSTGRES),
    FREEZE_TARGET_POSTGRES(Deed.FREEZE, Party.TARGET_POSTGRES),
    KILL_ZOOKEEPER_LEADER(Deed.KILL, Party.ZOOKEEPER_LEADER),
    FREEZE_ZOOKEEPER_LEADER(Deed.FREEZE, Party.ZOOKEEPER_LEADER),
    LOSE_QUORUM(Deed.KILL, Party.QUORUM),
    KILL_CLIENT(Deed.KILL, Party.CLIENT),
    FREEZE_CLIENT(Deed.FREEZE, Party.CLIENT),
    CUT_LEADER_FROM_SOURCE(Party.LEADER, Party.SOURCE),
    CUT_LEADER_FROM_TARGET(Party.LEADER, Party.TARGET),
    CUT_SOURCE_FROM_TARGET(Party.SOURCE, Party.TARGET),
    CUT_LEADER_FROM_ZOOKEEPER(Party.LEADER, Party.ENSEMBLE),
    CUT_SOURCE_FROM_ZOOKEEPER(Party.SOURCE, Party.ENSEMBLE),
    CUT_TARGET_FROM_ZOOKEEPER(Party.TARGET, Party.ENSEMBLE),
    CUT_CLIENT_FROM_SOURCE(Party.CLIENT, Party.SOURCE),
    CUT_CLIENT_FROM_TARGET(Party.CLIENT, Party.TARGET),
    CUT_CLIENT_FROM_ZOOKEEPER(Party.CLIENT, Party.ENSEMBLE),
    CUT_ZOOKEEPER_LEADER_OFF(Party.ZOOKEEPER_LEADER, Party.ENSEMBLE),
    FILL_TARGET_DISK(Deed.FILL, Party.TARGET);

    /** What is done. */
    enum Deed {
        KILL,
        FREEZE,
        CUT,
        FILL
    }

    /** To whom; SOURCE and TARGET are the agents, and in a network the nodes. */
    enum Party {
        LEADER,
        CONTROLLERS,
        SOURCE,
        TARGET,
        SOURCE_POSTGRES,
        TARGET_POSTGRES,
        ZOOKEEPER_LEADER,
        QUORUM,
        ENSEMBLE,
        CLIENT
    }

    private final Deed deed;
    private final Party party;
    private final Party other;

    FaultKind(Deed deed, Party party) {
        this.deed = deed;
        this.party = party;
        this.other = party;
    }

    FaultKind(Party one, Party other) {
        this.deed = Deed.CUT;
        this.party = one;
        this.other = other;
    }

    Deed deed() {
        return deed;
    }

    Party party() {
        return party;
    }

    /** The other end of what is cut. */
    Party other() {
        return other;
    }

    /** Whether its victim exists when the move is at the slot. */
    boolean fits(FaultSlot slot) {
        return switch (this) {
            case KILL_TARGET_POSTGRES, FREEZE_TARGET_POSTGRES -> slot.targetRuns();
            case KILL_SOURCE_POSTGRES, FREEZE_SOURCE_POSTGRES -> slot.sourceRuns();
            case FILL_TARGET_DISK -> slot.targetHasFiles();
            default -> true;
        };
    }

    /** Its name in reports. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
