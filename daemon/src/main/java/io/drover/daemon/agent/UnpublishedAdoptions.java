/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.InstanceId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the start at boot back of a server whose adoption was refused behind the agent's answer: the agent had taken it, and starts no
 * server that is no shard's ({@link StartRule}).
 */
final class UnpublishedAdoptions {
    private static final Logger LOG = LoggerFactory.getLogger(UnpublishedAdoptions.class);
    /** A controller goes on with an adoption for three minutes, and another one may repeat it. */
    static final Duration TURN = Duration.ofMinutes(5);

    private final NodeTools tools;
    private final Predicate<InstanceId> isPublished;
    private final Map<InstanceId, Long> since = new ConcurrentHashMap<>();

    /**
     * Prepares it.
     *
     * @param isPublished asks ZooKeeper whether there is a shard of an instance; throws where that does not answer
     */
    UnpublishedAdoptions(NodeTools tools, Predicate<InstanceId> isPublished) {
        this.tools = tools;
        this.isPublished = isPublished;
    }

    /** Looks at an instance on which no verb runs. */
    void look(ManagedInstance instance, List<ShardTopology> topologies) {
        InstanceRecord record = instance.record();
        Home home = record.home();
        boolean unpublished = record.role() == Role.PRIMARY
                && record.grantEpoch().value() == 0
                && topologies.isEmpty()
                && home != null
                && AdoptionVerbs.AUTO.equals(home.startMode());
        if (!unpublished) {
            since.remove(record.instance());
            return;
        }
        long now = tools.scheduler().nanoTime();
        Long begin = since.putIfAbsent(record.instance(), now);
        if (begin == null || now - begin < TURN.toNanos()) {
            return;
        }
        // in vain or not: the next look is a turn away
        since.put(record.instance(), now);
        giveBack(instance, requireNonNull(home, "home is null"));
    }

    /** Once: afterwards it is its owner's, who may not want it to start at boot. */
    private void giveBack(ManagedInstance instance, Home home) {
        InstanceRecord record = instance.record();
        try {
            // nothing that was seen so far says that ZooKeeper could be asked
            if (isPublished.test(record.instance())) {
                return;
            }
            tools.server(record).startMode(AdoptionVerbs.AUTO);
            instance.update(current -> current.withHome(home.startedByItsOwner()));
            LOG.warn(
                    "instance {} in {} was adopted and never published: it is started at boot as before",
                    record.instance(),
                    record.dataDir());
        } catch (DroverException e) {
            LOG.warn(
                    "instance {} in {} was adopted and never published, and is still not started at boot as before: {}",
                    record.instance(),
                    record.dataDir(),
                    e.getMessage());
        }
    }
}
