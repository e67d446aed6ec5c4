/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import com.codahale.metrics.health.HealthCheck;
import io.drover.topology.NodeClaim;

/** Healthy while no other agent is connected under this node's name. */
final class ClaimHealth extends HealthCheck {
    private final NodeClaim claim;

    ClaimHealth(NodeClaim claim) {
        this.claim = claim;
    }

    @Override
    protected Result check() {
        return claim.refusal().map(Result::unhealthy).orElseGet(Result::healthy);
    }
}
