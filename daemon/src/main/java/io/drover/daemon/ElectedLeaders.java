/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import io.drover.api.DroverException;
import io.drover.daemon.resources.Leaders;
import io.drover.topology.LeaderElection;
import io.drover.topology.LeaderRecord;
import io.drover.topology.Leadership;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who leads, by the election. This controller counts as the leader only after its services have been told of it, so that no
 * request finds them unprepared. Asking takes a second at most, also when ZooKeeper hangs.
 */
final class ElectedLeaders implements Leaders, LeaderElection.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ElectedLeaders.class);

    private final LeaderElection.Listener services;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(runnable -> {
        Thread thread = new Thread(runnable, "leader-lookup");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable Leadership prepared;
    private volatile Supplier<Optional<LeaderRecord>> current = Optional::empty;
    private @Nullable CompletableFuture<Optional<LeaderRecord>> lookup;

    ElectedLeaders(LeaderElection.Listener services) {
        this.services = services;
    }

    /** Sets whom to ask; the election needs this object first, as its listener. */
    void ask(Supplier<Optional<LeaderRecord>> election) {
        current = election;
    }

    @Override
    public void gained(Leadership leadership) {
        services.gained(leadership);
        prepared = leadership;
    }

    @Override
    public void lost() {
        prepared = null;
        services.lost();
    }

    @Override
    public boolean leads() {
        Leadership held = prepared;
        return held != null && held.stillHeld();
    }

    @Override
    public Optional<Leader> other() {
        try {
            return sharedLookup()
                    .get(1, TimeUnit.SECONDS)
                    .map(leader -> new Leader(leader.controller(), URI.create(leader.rest())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the leader is not known", e);
            return Optional.empty();
        }
    }

    /** One look-up serves all who ask while it runs. */
    private synchronized CompletableFuture<Optional<LeaderRecord>> sharedLookup() {
        CompletableFuture<Optional<LeaderRecord>> running = lookup;
        if (running == null || running.isDone()) {
            running = CompletableFuture.supplyAsync(this::lookUp, reader);
            lookup = running;
        }
        return running;
    }

    private Optional<LeaderRecord> lookUp() {
        try {
            return current.get();
        } catch (DroverException e) {
            LOG.debug("the leader cannot be looked up", e);
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
