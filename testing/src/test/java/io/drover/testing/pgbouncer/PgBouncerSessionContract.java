/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.cluster.Waiting;
import io.drover.testing.pgbouncer.PoolerWorld.Client;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The same of one that pools by session, and what is other there. */
abstract class PgBouncerSessionContract extends PgBouncerContract {
    @Override
    final String mode() {
        return "session";
    }

    @Override
    final void endSession(Client client) {
        client.close();
    }

    @Test
    final void anIdleSessionHoldsThePauseUpAndMayGoOnWorking() {
        Client client = world().connect("app");
        reached(client.begin());
        client.commit();

        console().pause("app");
        awaitPaused();
        Waiting.pause(Duration.ofMillis(100));
        assertThat(console().pools("app").servers()).isPositive();
        assertThat(console().pools("app").mode()).isEqualTo("session");
        assertThat(reached(client.begin())).isEqualTo(world().port(0));
        client.commit();

        client.close();
        awaitDrained();
        console().resume("app");
    }
}
