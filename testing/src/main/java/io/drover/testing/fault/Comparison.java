/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.NodeId;
import io.drover.testing.checker.Contents;
import io.drover.testing.checker.Evidence.Equality;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Holds every writer for a moment, in which the primary and its rollback replica have to hold the same rows. */
final class Comparison {
    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(20);
    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "5", "socketTimeout", "30");

    private final FaultCluster faults;
    private final RunLog log;
    private Optional<Equality> result = Optional.empty();
    private long heldAt = Long.MAX_VALUE;

    Comparison(FaultCluster faults, RunLog log) {
        this.faults = faults;
        this.log = log;
    }

    /** Compares, once; what cannot be compared stays unproven. */
    void make(NodeId primary, NodeId replica) {
        if (wasTried()) {
            return;
        }
        heldAt = System.nanoTime();
        faults.kit().hold();
        faults.rogues().hold();
        try (Connection one = faults.cluster().connect(primary, LIMITS);
                Connection other = faults.cluster().connect(replica, LIMITS)) {
            result = Contents.compare(one, other, REPLAY_LIMIT);
        } catch (SQLException | IllegalStateException e) {
            log.say("not compared: " + e.getMessage());
        } finally {
            faults.kit().resume();
            faults.rogues().resume();
        }
    }

    boolean wasTried() {
        return heldAt != Long.MAX_VALUE;
    }

    /** The contents of both; empty when they were not compared. */
    Optional<Equality> result() {
        return result;
    }

    /** When the writers were held; what they did not write from then on says nothing of Drover. */
    long heldAt() {
        return heldAt;
    }
}
