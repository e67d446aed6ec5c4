/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.health;

import com.codahale.metrics.health.HealthCheck;
import java.util.Optional;
import java.util.function.Supplier;

/** Healthy while access is as it should be: to REST by the access file and the audit log, or to ZooKeeper by its access lists. */
public final class AccessHealth extends HealthCheck {
    private final Supplier<Optional<String>> wrong;

    /**
     * Asks anew each time.
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
