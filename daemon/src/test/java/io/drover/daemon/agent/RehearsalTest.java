/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    void goesOnWhenTheTopologyDoesNotShowTheTargetYet() {
        assertThatNoException().isThrownBy(() -> Rehearsal.tolerating(() -> fail(ErrorCode.STATE_CONFLICT)));
    }

    @Test
    void endsWhenAnotherControllerLeads() {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> Rehearsal.tolerating(() -> fail(ErrorCode.LEADERSHIP_LOST)));
    }

    private static void fail(ErrorCode code) {
        throw new DroverException(code, "no");
    }
}
