/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.cluster.Waiting;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Test
    void countsEachFailedCallAndGoesOn() {
        Refusing client = new Refusing();
        Load load = Load.start(client, 2);
        Waiting.until("the writers have tried again", LIMIT, () -> client.calls.get() > 10);
        load.close();
        assertThat(load.errors()).isEqualTo(client.calls.get());
    }

    private static final class Refusing implements WriteClient {
        private final AtomicLong calls = new AtomicLong();

        @Override
        public void write(int writer, Write write) throws SQLException {
            calls.incrementAndGet();
            throw new SQLException("refused", "08001");
        }

        @Override
        public void close() {}
    }
}
