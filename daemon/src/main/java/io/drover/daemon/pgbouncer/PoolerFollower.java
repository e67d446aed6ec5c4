/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.replication.PgBouncerPlace;
import io.drover.topology.Versioned;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on the newest topology of the shard behind one database: first the include file, then the processes, then the acknowledgement,
 * once every process has drained or is proven dead. Knows nothing of ZooKeeper. Used by one thread.
 */
final class PoolerFollower {
    private static final Logger LOG = LoggerFactory.getLogger(PoolerFollower.class);

    private final String database;
    private final String options;
    private final Include include;
    private final List<PgBouncerPlace> places;
    private final Consumer<Wish> processes;
    private final Consumer<FenceEpoch> announcer;
    private final Map<PgBouncerPlace, Standing> standings = new LinkedHashMap<>();
    private volatile @Nullable Versioned<ShardTopology> newest;
    private @Nullable Wish wish;
    private FenceEpoch acknowledged = new FenceEpoch(0);
    private final Shedding shedding = new Shedding();

    /**
     * Follows for one database.
     *
     * @param options of the database in the include file
     * @param processes told of each wish, once it is on disk
     * @param announcer told of each fence that this adapter does not hold up any more
     */
    PoolerFollower(
            String database,
            String options,
            Include include,
            List<PgBouncerPlace> places,
            Consumer<Wish> processes,
            Consumer<FenceEpoch> announcer) {
        this.database = database;
        this.options = options;
        this.include = include;
        this.places = List.copyOf(places);
        this.processes = processes;
        this.announcer = announcer;
    }

    /** The topology that is followed; empty before the first was read. */
    Optional<ShardTopology> topology() {
        return Optional.ofNullable(newest).map(Versioned::value);
    }

    /** A topology was read; it need not be the newest. */
    void follow(Versioned<ShardTopology> read) {
        Versioned<ShardTopology> last = newest;
        if (last != null && !supersedes(read, last)) {
            return;
        }
        newest = read;
        wish = null;
        TopologyState state = read.value().state();
        // under a fence the file stays as it is: nothing is written to a disk that clients would wait for
        boolean over = state == TopologyState.SERVING && !Wish.of(read.value()).isNear();
        if (over || state == TopologyState.PROMOTING) {
            shedding.end();
        }
        act();
    }

    private boolean supersedes(Versioned<ShardTopology> read, Versioned<ShardTopology> last) {
        int order = read.value().epoch().compareTo(last.value().epoch());
        if (order < 0) {
            LOG.warn(
                    "{}: epoch {} of shard {} is refused, epoch {} has been seen",
                    database,
                    read.value().epoch(),
                    read.value().shard(),
                    last.value().epoch());
        }
        return order > 0 || (order == 0 && read.mzxid() > last.mzxid());
    }

    /**
     * Does again what could not be done, such as writing to a disk that was full.
     *
     * @return whether all is done
     */
    boolean act() {
        Versioned<ShardTopology> seen = newest;
        if (seen == null || wish != null) {
            return true;
        }
        Wish next = Wish.of(seen.value()).withPoolSize(shedding.size());
        try {
            include.update(text -> {
                IncludeText led = text.with(database, next.place(options));
                return next.mayHold() ? led.withHeld(database, next.before()) : led;
            });
        } catch (DroverException e) {
            // whoever is paused without a word on disk would stay so after a crash; whoever is resumed goes to the old
            // server
            LOG.error("{}: {} is not followed: {}", database, describe(seen.value()), e.getMessage());
            return false;
        }
        String pools =
                next.poolSize() == Shedding.AS_CONFIGURED ? "" : ", pools of " + next.poolSize() + " for the fence";
        LOG.info("{}: {}{}", database, describe(seen.value()), pools);
        wish = next;
        processes.accept(next);
        return true;
    }

    private static String describe(ShardTopology topology) {
        return "shard " + topology.shard() + " " + topology.state() + " at epoch " + topology.epoch() + ", primary "
                + topology.primary().node();
    }

    private boolean isHeld() {
        return include.text().held().containsKey(database);
    }

    /** Whether a pause that is found may be the adapter's own, or its forerunner's: there was a fence since it was written down. */
    boolean isOurs(FenceEpoch now) {
        FenceEpoch after = include.text().held().get(database);
        return after != null && now.compareTo(after) > 0;
    }

    /** How far a process has come. */
    void reached(PgBouncerPlace place, Standing standing) {
        Standing before = standings.put(place, standing);
        tell(place, before, standing);
        Wish now = wish;
        Versioned<ShardTopology> seen = newest;
        if (now == null || seen == null) {
            return;
        }
        if (now.hold() && all(now, Standing::isDrained)) {
            acknowledge(seen.value());
        }
        if (!now.mayHold() && isHeld() && all(now, Standing::isReleased)) {
            release();
        }
        if (now.isNear() && all(now, Standing::isReleased)) {
            shed(now);
        }
    }

    /** Once each process has come to the size before. */
    private void shed(Wish now) {
        int size = shedding.saw(
                standings.values().stream().flatMap(one -> one.pools().stream()).toList());
        if (size != now.poolSize()) {
            wish = null;
            if (!act()) {
                // nothing was told to anybody: the next look tries again
                wish = now;
            }
        }
    }

    private boolean all(Wish now, Predicate<Standing> condition) {
        return places.stream().allMatch(place -> {
            Standing standing = standings.get(place);
            return standing != null && standing.wish().equals(now) && condition.test(standing);
        });
    }

    private void acknowledge(ShardTopology topology) {
        if (topology.state() != TopologyState.SERVING && !topology.epoch().equals(acknowledged)) {
            acknowledged = topology.epoch();
            announcer.accept(acknowledged);
            LOG.info("{}: epoch {} of shard {} is acknowledged", database, acknowledged, topology.shard());
        }
    }

    private void release() {
        try {
            include.update(text -> text.withoutHeld(database));
        } catch (DroverException e) {
            // it only says more than is true; the next report tries again
            LOG.warn("{}: {}", database, e.getMessage());
        }
    }

    private void tell(PgBouncerPlace place, @Nullable Standing before, Standing now) {
        boolean same = before != null
                && before.phase() == now.phase()
                && String.valueOf(before.trouble()).equals(String.valueOf(now.trouble()));
        if (same) {
            return;
        }
        if (now.trouble() == null) {
            LOG.info("{} at {}: {}", database, place, now.phase());
        } else {
            LOG.warn("{} at {}: {}: {}", database, place, now.phase(), now.trouble());
        }
    }
}
