/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.health;

import com.codahale.metrics.health.HealthCheck;
import java.util.Optional;
import java.util.function.Supplier;

/** Healthy when nobody but those who should can write to ZooKeeper, or access to it is not controlled. */
public final class AccessHealth extends HealthCheck {
    private final Supplier<Optional<String>> problem;

    /**
     * Asks anew each time.
     *
     * @param problem what is wrong; empty when nothing
     */
    public AccessHealth(Supplier<Optional<String>> problem) {
        this.problem = problem;
    }

    @Override
    protected Result check() {
        return problem.get().map(Result::unhealthy).orElseGet(Result::healthy);
    }
}
