/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import io.drover.testing.cluster.Waiting;
import io.drover.testing.fake.FakePgBouncer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that does one transaction after the other, waits as long as it is held, and counts. */
final class Traffic implements AutoCloseable {
    private static final Duration WORK = Duration.ofMillis(1);

    private final FakePgBouncer.Client client;
    private final Thread thread = new Thread(this::run, "traffic");
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();
    private volatile int lastPort;
    private volatile int forbidden;
    private volatile boolean stopped;

    Traffic(FakePgBouncer process) {
        client = process.connect("app");
        thread.start();
    }

    private void run() {
        while (!stopped) {
            try {
                lastPort = begin();
                if (lastPort == forbidden) {
                    errors.incrementAndGet();
                }
                begun.incrementAndGet();
                Waiting.pause(WORK);
                client.commit();
            } catch (ExecutionException e) {
                if (!stopped) {
                    errors.incrementAndGet();
                }
                return;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private int begin() throws ExecutionException, InterruptedException {
        var waits = client.begin();
        while (true) {
            try {
                return waits.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                if (stopped) {
                    throw new InterruptedException("stopped");
                }
            }
        }
    }

    int begun() {
        return begun.get();
    }

    int errors() {
        return errors.get();
    }

    /** From now on it is an error when a transaction begins there. */
    void forbid(int port) {
        forbidden = port;
    }

    /** Waits until it gets on, at this port. */
    void awaitProgress(int port) {
        int before = begun();
        Waiting.until("clients get on at " + port, AdapterStage.LIMIT, () -> begun() > before + 2 && lastPort == port);
    }

    @Override
    public void close() {
        stopped = true;
        client.close();
        try {
            thread.join(AdapterStage.LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
