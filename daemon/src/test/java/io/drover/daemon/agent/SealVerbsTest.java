/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.drover.api.DroverException;
import io.drover.api.MoveId;
import io.drover.api.agent.Reports.Role;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SealVerbsTest {
    private static final SettingChange GUARD = new SettingChange("synchronous_standby_names", null, Samples.MOVE, 80);
    private static final SettingChange SEAL_NAMES =
            new SettingChange("synchronous_standby_names", "drover", Samples.MOVE, 95);
    private static final SettingChange ADDRESSES = new SettingChange("listen_addresses", null, Samples.MOVE, 95);

    @Test
    void sealsOnlyOnWhatTheMoveHasPrepared() {
        assertThatNoException().isThrownBy(() -> require(Samples.MOVE, true, GUARD, SEAL_NAMES, ADDRESSES));

        refuses(() -> require(Samples.MOVE, true, GUARD));
        refuses(() -> require(Samples.MOVE, true));
        refuses(() -> require(Samples.OTHER_MOVE, true, GUARD, SEAL_NAMES, ADDRESSES));
    }

    @Test
    void preparesASealOnlyBehindAGuard() {
        assertThatNoException().isThrownBy(() -> require(Samples.MOVE, false, GUARD));
        assertThatNoException().isThrownBy(() -> require(Samples.MOVE, false, GUARD, SEAL_NAMES, ADDRESSES));

        refuses(() -> require(Samples.MOVE, false));
        refuses(() -> require(Samples.MOVE, false, SEAL_NAMES, ADDRESSES));
    }

    private static void require(MoveId move, boolean seal, SettingChange... journal) {
        SealVerbs.requirePrepared(Samples.record(Role.PRIMARY, 1).withSettings(List.of(journal)), move, seal);
    }

    private static void refuses(ThrowingCallable call) {
        assertThatExceptionOfType(DroverException.class).isThrownBy(call);
    }
}
