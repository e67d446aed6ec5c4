/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.drover.api.SafeText;

/**
 * Log messages in one line each, without anything that a terminal acts on: they quote names that clients give themselves, requests and what
 * servers answer. Whatever the pattern, its {@code %m} is this.
 */
public final class PlainLog extends MessageConverter {
    /** Has every layout that is made from now on write messages this way. */
    public static void install() {
        for (String word : new String[] {"m", "msg", "message"}) {
            PatternLayout.DEFAULT_CONVERTER_SUPPLIER_MAP.put(word, PlainLog::new);
        }
    }

    @Override
    public String convert(ILoggingEvent event) {
        return SafeText.line(super.convert(event));
    }
}
