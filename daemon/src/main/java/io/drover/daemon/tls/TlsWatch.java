/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import com.codahale.metrics.health.HealthCheck;
import io.dropwizard.lifecycle.Managed;
import io.drover.api.DroverException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks every few seconds whether the files of the identity have changed, and says when they are no good or soon will not be. */
public final class TlsWatch extends HealthCheck implements Managed {
    private static final Logger LOG = LoggerFactory.getLogger(TlsWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    /** Time for a person to do what a timer should have done. */
    private static final Duration EARLY = Duration.ofDays(3);

    private final TlsMaterial material;
    private final Clock clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "drover-tls-watch");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable String problem;

    /** Watches over this identity. */
    public TlsWatch(TlsMaterial material, Clock clock) {
        this.material = material;
        this.clock = clock;
    }

    @Override
    public void start() {
        LOG.info("TLS as {}", Certificates.describe(material.certificate()));
        if (!isValid()) {
            LOG.error(
                    "this daemon's certificate is not valid now, and nobody who checks it will talk to this daemon: {}",
                    Certificates.describe(material.certificate()));
        }
        timer.scheduleWithFixedDelay(this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reads the files when they have changed; says once what is wrong with them. */
    void look() {
        try {
            if (material.reload()) {
                LOG.info("TLS files have changed; from now on {}", Certificates.describe(material.certificate()));
            }
            problem = null;
        } catch (DroverException e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(problem)) {
                LOG.error("the TLS files have changed and are not used, what was read before stays: {}", why);
            }
            problem = why;
        } catch (RuntimeException e) {
            // a timer runs a task that has thrown never again
            LOG.error("BUG: the TLS files could not be looked at", e);
        }
    }

    private boolean isValid() {
        Instant now = clock.instant();
        return now.isBefore(expiry()) && !now.isBefore(Certificates.begin(material.certificate()));
    }

    private Instant expiry() {
        return Certificates.expiry(material.certificate());
    }

    /** Seconds until the certificate ceases to be valid; less than nothing when it has. */
    public long secondsLeft() {
        return Duration.between(clock.instant(), expiry()).toSeconds();
    }

    @Override
    protected Result check() {
        String wrong = problem;
        if (wrong != null) {
            return Result.unhealthy("the TLS files have changed and are not used: " + wrong);
        }
        if (!isValid() || secondsLeft() < EARLY.toSeconds()) {
            return Result.unhealthy(
                    "the certificate is not valid, or not for long: " + Certificates.describe(material.certificate()));
        }
        return Result.healthy("valid until " + expiry());
    }

    @Override
    public void stop() {
        timer.shutdownNow();
    }
}
