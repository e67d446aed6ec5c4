/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.time.Scheduler;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;

/** The instances on this node. */
final class Instances {
    private final InstanceStore store;
    private final Scheduler scheduler;
    private final Lock adding;
    private final Map<InstanceId, ManagedInstance> byId = new ConcurrentHashMap<>();

    Instances(InstanceStore store, Scheduler scheduler) {
        this.store = store;
        this.scheduler = scheduler;
        this.adding = scheduler.newLock();
        store.load().forEach(record -> byId.put(record.instance(), new ManagedInstance(store, scheduler, record)));
    }

    Collection<ManagedInstance> all() {
        return byId.values().stream()
                .sorted(Comparator.comparing(instance -> instance.record().instance()))
                .toList();
    }

    Optional<ManagedInstance> find(InstanceId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** An instance by id, or NOT_FOUND. */
    ManagedInstance get(InstanceId id) {
        return find(id).orElseThrow(() -> new DroverException(
                ErrorCode.NOT_FOUND, "this node has no instance " + id, "GET /v1/node lists what is here"));
    }

    /** The instance that a shard lies in. */
    Optional<ManagedInstance> ofShard(ShardId shard) {
        List<ManagedInstance> found = all().stream()
                .filter(instance -> instance.record().shards().contains(shard))
                .toList();
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
    }

    /** Adds an instance, or answers the one that is there already. Returns when the record is on disk. */
    ManagedInstance add(InstanceRecord record) {
        adding.lock();
        try {
            ManagedInstance known = byId.get(record.instance());
            if (known != null) {
                return known;
            }
            store.save(record);
            ManagedInstance added = new ManagedInstance(store, scheduler, record);
            byId.put(record.instance(), added);
            return added;
        } finally {
            adding.unlock();
        }
    }
}
