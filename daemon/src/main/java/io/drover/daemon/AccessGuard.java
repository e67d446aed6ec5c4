/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.topology.AccessTree;
import io.drover.topology.ZooKeeperClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a controller out of the election until the access lists in ZooKeeper are those that its configuration asks for: where anybody can
 * write, moves would rest on what anybody has written. Where access is not controlled it lets everybody pass.
 */
final class AccessGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessGuard.class);
    private static final Duration NOT_ANSWERED = Duration.ofSeconds(1);
    /** A person mends it. */
    private static final Duration REFUSED = Duration.ofSeconds(10);

    private final ZooKeeperClient client;
    private final String controller;
    private final Runnable passed;
    private final ScheduledExecutorService timer;
    private volatile @Nullable String problem;

    /**
     * Prepares it.
     *
     * @param passed runs once, when everything is as it should be
     */
    AccessGuard(ZooKeeperClient client, String controller, Runnable passed) {
        this.client = requireNonNull(client, "client is null");
        this.controller = requireNonNull(controller, "controller is null");
        this.passed = requireNonNull(passed, "passed is null");
        this.timer = client.scheduler().newTimer("drover-access");
    }

    /** Begins to look; does not wait, for ZooKeeper may be away (rule R8). */
    void start() {
        if (client.accessRules().isEmpty()) {
            passed.run();
            return;
        }
        problem = "the access lists in ZooKeeper have not been looked at yet";
        lookAfter(Duration.ZERO, new AccessTree(client));
    }

    /** Why this controller does not want to lead; empty when it does. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task guards itself
    private void lookAfter(Duration delay, AccessTree tree) {
        try {
            timer.schedule(() -> look(tree), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed before the access lists were looked at again", e);
        }
    }

    private void look(AccessTree tree) {
        if (!client.isConnected()) {
            lookAfter(NOT_ANSWERED, tree);
            return;
        }
        try {
            List<String> faults = tree.faults();
            if (faults.isEmpty()) {
                LOG.info("controller {}: the access lists in ZooKeeper are as they should be", controller);
                problem = null;
                passed.run();
                return;
            }
            tell(AccessTree.told(faults));
            lookAfter(REFUSED, tree);
        } catch (DroverException e) {
            LOG.warn("controller {}: the access lists in ZooKeeper cannot be read yet: {}", controller, e.getMessage());
            lookAfter(NOT_ANSWERED, tree);
        } catch (RuntimeException e) {
            LOG.error("controller {}: the access lists in ZooKeeper cannot be looked at", controller, e);
            lookAfter(REFUSED, tree);
        }
    }

    /** Once, until something else is wrong. */
    private void tell(String faults) {
        String text = "access to ZooKeeper is not what the configuration asks for: " + faults;
        if (!text.equals(problem)) {
            LOG.error(
                    "controller {} does not lead, and has changed nothing: {}; see bin/drover zookeeper-access check, and"
                            + " close what is open with bin/drover zookeeper-access tighten",
                    controller,
                    text);
        }
        problem = text;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
