/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.health;

import com.codahale.metrics.health.HealthCheck;
import io.drover.daemon.resources.Leaders;

/** Healthy while a controller leads, this one or another. */
public final class LeadershipHealth extends HealthCheck {
    private final Leaders leaders;

    public LeadershipHealth(Leaders leaders) {
        this.leaders = leaders;
    }

    @Override
    protected Result check() {
        if (leaders.leads()) {
            return Result.healthy("this controller leads");
        }
        return leaders.other()
                .map(leader -> Result.healthy("the controller at " + leader.rest() + " leads"))
                .orElseGet(() -> Result.unhealthy("no controller leads"));
    }
}
