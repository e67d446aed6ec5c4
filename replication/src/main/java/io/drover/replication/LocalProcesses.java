/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.time.Duration;
import java.util.OptionalInt;

/** The processes of a server on this machine. */
record LocalProcesses(int postmasterPid) implements ServerProcesses {
    @Override
    public void holdDoor(Duration limit) {
        PostmasterDoor.hold(postmasterPid, limit);
    }

    @Override
    public void openDoor() {
        PostmasterDoor.open(postmasterPid);
    }

    @Override
    public boolean doorHeld() {
        return PostmasterDoor.held(postmasterPid);
    }

    @Override
    public void holdSender(AllowList spared) {
        Signals.STOP.send(spared.sender());
    }

    @Override
    public void releaseSender(AllowList spared) {
        Signals.CONT.send(spared.sender());
    }

    @Override
    public OptionalInt holdSessions(AllowList spared, Duration limit) {
        return SessionHold.hold(postmasterPid, spared, limit);
    }

    @Override
    public boolean sessionsHeld(AllowList spared) {
        return SessionHold.complete(postmasterPid, spared);
    }

    @Override
    public void holdServerWriters(AllowList spared) {
        spared.serverWriters().forEach(Signals.STOP::send);
    }

    @Override
    public void releaseSessions() {
        SessionHold.release(postmasterPid);
    }

    @Override
    public int endSessions(AllowList spared, Duration limit) {
        return SessionEnder.endAll(postmasterPid, spared, limit);
    }

    @Override
    public void rehearse(AllowList spared) {
        SessionEnder.warm(postmasterPid, spared);
        SessionHold.warm(postmasterPid, spared);
    }
}
