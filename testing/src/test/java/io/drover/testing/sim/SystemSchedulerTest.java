/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.api.time.Scheduler;

final class SystemSchedulerTest extends SchedulerContract {
    @Override
    void within(Body body) {
        try {
            body.run(Scheduler.system());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
