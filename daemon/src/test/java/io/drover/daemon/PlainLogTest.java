/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;

class PlainLogTest {
    @Test
    void aMessageIsOneLineInEveryLayout() {
        PlainLog.install();
        LoggerContext context = new LoggerContext();
        for (String word : new String[] {"%m", "%msg", "%message"}) {
            PatternLayout layout = new PatternLayout();
            layout.setContext(context);
            layout.setPattern("%p " + word + "%n");
            layout.start();

            String line = layout.doLayout(
                    new LoggingEvent("x", context.getLogger("x"), Level.WARN, "client {} leaves", null, new Object[] {
                        "a\nERROR b\u001b[2J"
                    }));

            assertThat(line).isEqualTo("WARN client a\\nERROR b\\u001b[2J leaves\n");
        }
    }
}
