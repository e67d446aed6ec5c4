/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.audit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * The audit log: JSON lines through a logger below {@value #LOGGER}, to which a configuration may add appenders of its own, such as one
 * to another host.
 */
public final class AuditLog implements AutoCloseable {
    /** The logger above it. */
    public static final String LOGGER = "io.drover.audit";

    private static final Marker SYNCED = MarkerFactory.getDetachedMarker("synced");

    private final Logger logger;
    private final String controller;
    private final Clock clock;
    private final @Nullable AuditFile file;

    private AuditLog(String controller, Clock clock, @Nullable AuditFile file) {
        this.logger = (Logger) LoggerFactory.getLogger(LOGGER + "." + controller);
        this.controller = controller;
        this.clock = clock;
        this.file = file;
    }

    /** Of an installation that keeps none. */
    public static AuditLog none() {
        return new AuditLog("none", Clock.systemUTC(), null);
    }

    /**
     * Opens it.
     *
     * @throws IllegalArgumentException when the file cannot be opened: then the controller does not start
     */
    public static AuditLog in(Path file, String controller, Clock clock) {
        AuditFile appender = new AuditFile(file, SYNCED);
        AuditLog log = new AuditLog(controller, clock, appender);
        appender.setContext(log.logger.getLoggerContext());
        log.attach(appender);
        appender.failure().ifPresent(failure -> {
            throw new IllegalArgumentException("the audit log " + file + " cannot be opened: " + failure, failure);
        });
        return log;
    }

    /** Also again, after something has reset the logging of the process: that must not silence this. */
    private void attach(AuditFile appender) {
        if (!appender.isStarted()) {
            appender.start();
        }
        if (!logger.isAttached(appender)) {
            logger.setLevel(Level.INFO);
            logger.addAppender(appender);
            // these are not lines for the daemon's log
            logger.getLoggerContext().getLogger(LOGGER).setAdditive(false);
        }
    }

    /** Whether there is one. */
    public boolean isKept() {
        return file != null;
    }

    Instant now() {
        return clock.instant();
    }

    String controller() {
        return controller;
    }

    /** Why the last line is not in the file, or empty when it is. */
    public Optional<String> failure() {
        return file == null ? Optional.empty() : file.failure().map(Throwable::toString);
    }

    /**
     * Writes that something is about to be done; it is on disk when this returns.
     *
     * @throws DroverException AUDIT_FAILED when it cannot be written: what leaves no trace is not done
     */
    synchronized void asked(AuditLine line) {
        if (!write(line, true)) {
            throw new DroverException(
                    ErrorCode.AUDIT_FAILED,
                    "the audit log cannot be written: " + failure().orElse("no reason is known") + "; nothing was done",
                    "make room or mend the rights of its file, then ask again; a fence that is up ends by itself at"
                            + " maxWritePause");
        }
    }

    /** Writes what has become of it. */
    synchronized void answered(AuditLine line, boolean sync) {
        write(line, sync);
    }

    /** Whether it is in the file. */
    private boolean write(AuditLine line, boolean sync) {
        if (file == null) {
            return true;
        }
        attach(file);
        long before = file.written();
        String text = new String(Json.bytes(line), StandardCharsets.UTF_8);
        if (sync) {
            logger.info(SYNCED, "{}", text);
        } else {
            logger.info("{}", text);
        }
        return file.written() > before;
    }

    @Override
    public void close() {
        if (file != null) {
            logger.detachAppender(file);
            file.stop();
        }
    }
}
