/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.fault.FaultPoints;
import io.drover.api.time.Scheduler;
import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncer.Database;
import io.drover.replication.PgBouncer.Pools;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PgBouncerPlace.Listening;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one PgBouncer process to what is wished for one database, step by step, each time from what the process itself says. Remembers
 * nothing but its console, so that it may be ended and begun anew at any moment. Used by one thread.
 */
final class PoolerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PoolerProcess.class);
    /** A login that PAUSE cuts off counts as failed, and PgBouncer then turns clients away; most of them are over sooner. */
    private static final Duration FOR_LOGINS = Duration.ofMillis(20);

    private static final int MOST_LOOKS = 10;
    private static final int UNKNOWN = -1;
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final Poolers poolers;
    private final PgBouncerPlace place;
    private final String database;
    private final Scheduler scheduler;
    private final Duration killAfter;
    private final Predicate<FenceEpoch> pauseIsOurs;
    private @Nullable PgBouncer console;
    private long strayedSince;
    private boolean strayed;
    /** Of its pools, as it read it last; nobody knows what it had read before its console was opened. */
    private int poolSize = UNKNOWN;

    /**
     * Steers a process.
     *
     * @param pauseIsOurs whether a pause that is found at an epoch may be the adapter's own
     * @param killAfter how long clients may stay with a server that is not theirs any more
     */
    PoolerProcess(
            Poolers poolers,
            PgBouncerPlace place,
            String database,
            Predicate<FenceEpoch> pauseIsOurs,
            Duration killAfter,
            Scheduler scheduler) {
        this.poolers = poolers;
        this.place = place;
        this.database = database;
        this.pauseIsOurs = pauseIsOurs;
        this.killAfter = killAfter;
        this.scheduler = scheduler;
    }

    PgBouncerPlace place() {
        return place;
    }

    /** One step towards the wish; a console that fails is opened again by the next one. */
    Standing step(Wish wish) {
        try {
            PgBouncer open = console;
            if (open == null) {
                if (poolers.listening(place) == Listening.NO) {
                    return new Standing(wish, Standing.Phase.GONE, "no PgBouncer listens at " + place);
                }
                open = poolers.open(place);
                console = open;
                poolSize = UNKNOWN;
            }
            if (wish.isNear()) {
                open.prepare();
            }
            return wish.hold() ? hold(open, wish) : serve(open, wish);
        } catch (DroverException e) {
            LOG.debug("{}: {}", place, e.getMessage());
            if (e.code() != ErrorCode.POSTGRES_FAILED || console == null) {
                close();
            }
            // its sockets are closed with it: what it had in flight is over
            return poolers.listening(place) == Listening.NO
                    ? new Standing(wish, Standing.Phase.GONE, e.getMessage())
                    : new Standing(wish, Standing.Phase.LOST, e.getMessage());
        }
    }

    private Standing hold(PgBouncer pgbouncer, Wish wish) {
        Optional<Database> found = pgbouncer.database(database);
        if (found.isEmpty() && !reload(pgbouncer, wish)) {
            // it has never read the adapter's file
            return astray(wish);
        }
        if (!found.map(Database::paused).orElse(false)) {
            awaitLogins(pgbouncer);
            FaultPoints.around("pgbouncer", "pause", () -> pgbouncer.pause(database));
            found = lookUntilPaused(pgbouncer);
        }
        boolean drained = found.map(Database::paused).orElse(false)
                && pgbouncer.pools(database).servers() == 0;
        if (!leadsTo(found, wish) && !reload(pgbouncer, wish)) {
            return astray(wish);
        }
        return new Standing(wish, drained ? Standing.Phase.DRAINED : Standing.Phase.HELD, null);
    }

    /** The order goes through a pipe of its own: a look may overtake it. */
    private Optional<Database> lookUntilPaused(PgBouncer pgbouncer) {
        Optional<Database> found = pgbouncer.database(database);
        for (int look = 1; look < MOST_LOOKS && !found.map(Database::paused).orElse(true); look++) {
            found = pgbouncer.database(database);
        }
        return found;
    }

    private void awaitLogins(PgBouncer pgbouncer) {
        long start = scheduler.nanoTime();
        while (pgbouncer.pools(database).logins() > 0 && scheduler.nanoTime() - start < FOR_LOGINS.toNanos()) {
            moment();
        }
    }

    private void moment() {
        try {
            scheduler.pause(MOMENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.TIMEOUT, "the wait was interrupted, because the adapter ends", null, e);
        }
    }

    private Standing serve(PgBouncer pgbouncer, Wish wish) {
        Optional<Database> found = pgbouncer.database(database);
        // first where to, then off: the other way round clients would go to the server that they came from
        boolean asItShould = leadsTo(found, wish) && poolSize == wish.poolSize();
        if (!asItShould && !reload(pgbouncer, wish)) {
            return astray(wish);
        }
        if (found.map(Database::paused).orElse(false)) {
            if (!pauseIsOurs.test(wish.epoch())) {
                return new Standing(
                        wish, Standing.Phase.SERVING, place + " has " + database + " paused, and it was not Drover");
            }
            FaultPoints.around("pgbouncer", "resume", () -> pgbouncer.resume(database));
        }
        endStrayed(pgbouncer, wish);
        // before a fence also so that nothing is done for the first time in the pause
        Optional<Pools> pools = wish.isNear() ? Optional.of(pgbouncer.pools(database)) : Optional.empty();
        return new Standing(wish, Standing.Phase.SERVING, null, pools);
    }

    /** Whether it leads where it should after reading its configuration. */
    private boolean reload(PgBouncer pgbouncer, Wish wish) {
        FaultPoints.around("pgbouncer", "reload", pgbouncer::reload);
        poolSize = wish.poolSize();
        return leadsTo(pgbouncer.database(database), wish);
    }

    private Standing astray(Wish wish) {
        return new Standing(
                wish,
                Standing.Phase.LOST,
                place + " does not lead " + database + " to " + wish.server().host() + ":"
                        + wish.server().port() + " after a RELOAD: its ini does not include the adapter's file,"
                        + " or it cannot read it");
    }

    private static boolean leadsTo(Optional<Database> found, Wish wish) {
        return found.filter(leads -> leads.host().equals(wish.server().host())
                        && leads.port() == wish.server().port()
                        && leads.database().equals(wish.database()))
                .isPresent();
    }

    /**
     * Sessions that the seal has ended are over by themselves. Where the old server's machine is gone nobody tells PgBouncer, and
     * its clients would wait for ever, with the pool's places.
     */
    private void endStrayed(PgBouncer pgbouncer, Wish wish) {
        boolean some = pgbouncer.links(database).stream()
                .anyMatch(link -> link.port() != wish.server().port()
                        || !poolers.isSame(link.address(), wish.server().host()));
        if (!some) {
            strayed = false;
        } else if (!strayed) {
            strayed = true;
            strayedSince = scheduler.nanoTime();
        } else if (scheduler.nanoTime() - strayedSince > killAfter.toNanos()) {
            LOG.warn(
                    "{}: clients of {} hang on a server that is not theirs any more since {} ms; every connection of"
                            + " the database is ended",
                    place,
                    database,
                    killAfter.toMillis());
            FaultPoints.around("pgbouncer", "kill", () -> pgbouncer.kill(database));
            FaultPoints.around("pgbouncer", "resume", () -> pgbouncer.resume(database));
            strayed = false;
        }
    }

    @Override
    public void close() {
        PgBouncer open = console;
        console = null;
        if (open != null) {
            open.close();
        }
    }
}
