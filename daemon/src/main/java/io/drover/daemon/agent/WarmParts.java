/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.time.Scheduler;
import io.drover.replication.PostgresSession;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The superuser's session that is opened before the pause and used in it. After the postmaster is held no other can be opened, so the
 * seal depends on it; for promotion it saves the login.
 */
final class WarmParts {
    private final Lock lock;
    private @Nullable PostgresSession session;

    WarmParts(Scheduler scheduler) {
        this.lock = scheduler.newLock();
    }

    /** The open session, or a new one. */
    PostgresSession openedBy(Supplier<PostgresSession> opener) {
        lock.lock();
        try {
            PostgresSession current = session;
            if (current != null && current.isOpen()) {
                return current;
            }
            close();
            current = opener.get();
            session = current;
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** The open session; SEAL_FAILED when there is none. */
    PostgresSession required() {
        lock.lock();
        try {
            PostgresSession current = session;
            if (current == null) {
                throw new DroverException(
                        ErrorCode.SEAL_FAILED,
                        "the agent has no open connection to the server: it was restarted since the seal was prepared",
                        "abort the move; a frozen server takes no new connection");
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** Asks something over the session; when it turns out to be broken, once more over a new one. */
    <R> R ask(Supplier<PostgresSession> opener, Function<PostgresSession, R> question) {
        PostgresSession first = openedBy(opener);
        try {
            return question.apply(first);
        } catch (DroverException e) {
            if (e.code() != ErrorCode.POSTGRES_UNREACHABLE) {
                throw e;
            }
            forget(first);
            return question.apply(openedBy(opener));
        }
    }

    /** Closes what is open. */
    void close() {
        lock.lock();
        try {
            PostgresSession current = session;
            session = null;
            if (current != null) {
                current.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(PostgresSession broken) {
        lock.lock();
        try {
            if (broken.equals(session)) {
                close();
            }
        } finally {
            lock.unlock();
        }
    }
}
