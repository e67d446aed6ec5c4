/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.health;

import com.codahale.metrics.health.HealthCheck;
import java.util.Optional;
import java.util.function.Supplier;

/** Healthy while the access file, or the audit log, is in order. */
public final class AccessHealth extends HealthCheck {
    private final Supplier<Optional<String>> wrong;

    /**
     * Makes the check.
     *
     * @param wrong what is wrong, or empty
     */
    public AccessHealth(Supplier<Optional<String>> wrong) {
        this.wrong = wrong;
    }

    @Override
    protected Result check() {
        return wrong.get().map(Result::unhealthy).orElseGet(Result::healthy);
    }
}
