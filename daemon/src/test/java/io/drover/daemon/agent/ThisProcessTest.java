/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.NodeId;
import io.drover.topology.AgentMark;
import org.junit.jupiter.api.Test;

class ThisProcessTest {
    private static final AgentMark OWN = ThisProcess.mark(new NodeId("node_a"), "127.0.0.21", "http://127.0.0.21:8090");
    private static final AgentMark.Origin PROCESS = requireNonNull(OWN.origin());
    /** More than the kernel gives out. */
    private static final long NO_PROCESS = 1L << 30;

    private static AgentMark mark(AgentMark.Origin process) {
        return new AgentMark(OWN.id(), OWN.host(), OWN.agent(), process);
    }

    @Test
    void oneThatRunsHasNotEnded() {
        assertThat(PROCESS.startTicks()).isPositive();
        assertThat(ThisProcess.hasEnded(OWN)).isFalse();
    }

    @Test
    void oneOfThisMachineHasEndedWhenItsIdIsFreeOrAnothers() {
        assertThat(ThisProcess.hasEnded(mark(new AgentMark.Origin(PROCESS.machine(), NO_PROCESS, 1))))
                .isTrue();
        assertThat(ThisProcess.hasEnded(
                        mark(new AgentMark.Origin(PROCESS.machine(), PROCESS.pid(), PROCESS.startTicks() - 1))))
                .isTrue();
    }

    @Test
    void nothingIsKnownOfOneElsewhere() {
        assertThat(ThisProcess.hasEnded(mark(new AgentMark.Origin("another boot pid:[1]", NO_PROCESS, 1))))
                .isFalse();
        assertThat(ThisProcess.hasEnded(mark(null))).isFalse();
    }
}
