/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What some loggers say meanwhile, from WARN on. */
final class LogLines implements AutoCloseable {
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                warnings.add(event.getFormattedMessage());
            }
        }
    };
    private final List<String> loggers;

    LogLines(String... loggers) {
        this.loggers = List.of(loggers);
        appender.start();
        this.loggers.forEach(name -> logger(name).addAppender(appender));
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    @Override
    public void close() {
        loggers.forEach(name -> logger(name).detachAppender(appender));
    }
}
