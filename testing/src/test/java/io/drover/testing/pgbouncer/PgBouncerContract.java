/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncer.Link;
import io.drover.replication.PgBouncerPlace.Listening;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.pgbouncer.PoolerWorld.Client;
import io.drover.testing.pgbouncer.PoolerWorld.Who;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the adapter relies on, of a PgBouncer that pools by transaction. */
abstract class PgBouncerContract {
    static final Duration LIMIT = Duration.ofSeconds(20);
    /** What does not happen is not waited for any longer. */
    private static final Duration MOMENT = Duration.ofMillis(150);

    private PoolerWorld world;
    private PgBouncer console;

    /** With PgBouncer running and both databases on server 0. */
    abstract PoolerWorld open(String mode);

    /** How the databases are pooled. */
    String mode() {
        return "transaction";
    }

    @BeforeEach
    final void begin() {
        world = open(mode());
        console = world.open(Who.ADMIN);
    }

    @AfterEach
    final void end() {
        console.close();
        world.close();
    }

    PoolerWorld world() {
        return world;
    }

    PgBouncer console() {
        return console;
    }

    static int reached(CompletableFuture<Integer> begun) {
        try {
            return begun.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new AssertionError("the transaction has not begun", e);
        }
    }

    static void assertHeld(CompletableFuture<Integer> begun) {
        Waiting.pause(MOMENT);
        assertThat(begun).isNotDone();
    }

    void awaitDrained() {
        Waiting.until(
                "nobody is linked to a server",
                LIMIT,
                () -> console.pools("app").servers() == 0);
    }

    void awaitPaused() {
        Waiting.until(
                "app is paused",
                LIMIT,
                () -> console.database("app").orElseThrow().paused());
    }

    @Test
    final void tellsItsVersionAndSettings() {
        assertThat(console.version()).matches("\\d+\\.\\d+.*");
        assertThat(console.settings())
                .containsKeys("server_login_retry", "query_wait_timeout", "query_timeout", "min_pool_size");
    }

    @Test
    final void knowsWhoMayPause() {
        assertThat(console.mayAdminister()).isTrue();
        try (PgBouncer looker = world.open(Who.LOOKER)) {
            assertThat(looker.mayAdminister()).isFalse();
            assertThat(looker.database("app")).isPresent();
            assertThatThrownBy(() -> looker.resume("app"))
                    .isInstanceOfSatisfying(
                            DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_FAILED));
        }
    }

    @Test
    final void refusesAWrongPassword() {
        assertThatThrownBy(() -> world.open(Who.WRONG_PASSWORD))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_FAILED))
                .hasMessageContaining("refuses the login");
    }

    @Test
    final void oneThatHasEndedIsGoneAndItsConsoleOfNoUse() {
        assertThat(world.listening()).isEqualTo(Listening.YES);
        world.kill();

        assertThat(world.listening()).isEqualTo(Listening.NO);
        assertThatThrownBy(() -> console.database("app"))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_UNREACHABLE));
        assertThatThrownBy(() -> world.open(Who.ADMIN))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_UNREACHABLE));
    }

    @Test
    final void oneThatStandsStillListensAndDoesNotAnswer() {
        world.freeze(true);
        try {
            assertThat(world.listening()).isEqualTo(Listening.YES);
            assertThatThrownBy(() -> console.database("app"))
                    .isInstanceOfSatisfying(
                            DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_UNREACHABLE));
        } finally {
            world.freeze(false);
        }
    }

    @Test
    final void knowsTheDatabasesOfTheIncludeFile() {
        assertThat(console.database("app"))
                .contains(new PgBouncer.Database(world.host(), world.port(0), "app", false, false));
        assertThat(console.database("nobody")).isEmpty();
    }

    @Test
    final void aPauseHoldsWhoBeginsAndIsDrainedAtOnceWhenNobodyWorks() {
        try (Client client = world.connect("app")) {
            assertThat(reached(client.begin())).isEqualTo(world.port(0));
            client.commit();

            console.pause("app");
            awaitPaused();
            endSession(client);
            awaitDrained();

            try (Client another = world.connect("app")) {
                CompletableFuture<Integer> begun = another.begin();
                assertHeld(begun);
                console.resume("app");
                assertThat(reached(begun)).isEqualTo(world.port(0));
            }
        }
    }

    /** By session a client has to leave for its server connection to be free. */
    void endSession(Client client) {}

    @Test
    final void aPauseWaitsForAnOpenTransaction() {
        try (Client client = world.connect("app");
                Client another = world.connect("app")) {
            reached(client.begin());

            console.pause("app");
            awaitPaused();
            CompletableFuture<Integer> begun = another.begin();
            assertHeld(begun);
            assertThat(console.pools("app").servers()).isPositive();

            client.commit();
            endSession(client);
            awaitDrained();
            assertThat(begun).isNotDone();

            console.resume("app");
            assertThat(reached(begun)).isEqualTo(world.port(0));
        }
    }

    @Test
    final void repeatsChangeNothing() {
        console.resume("app");
        console.pause("app");
        console.pause("app");
        awaitPaused();
        console.resume("app");
        console.resume("app");

        assertThat(console.database("app").orElseThrow().paused()).isFalse();
    }

    @Test
    final void aPauseThatStillWaitsIsInTheWayOfNoOtherOrder() {
        try (Client client = world.connect("app")) {
            reached(client.begin());
            console.pause("app");
            awaitPaused();
            console.resume("app");
            assertThat(console.database("app").orElseThrow().paused()).isFalse();

            console.pause("app");
            awaitPaused();
            client.commit();
            endSession(client);
            awaitDrained();
            console.resume("app");
        }
    }

    @Test
    final void aPauseConcernsItsDatabaseOnly() {
        console.pause("app");
        awaitPaused();

        assertThat(console.database("other").orElseThrow().paused()).isFalse();
        try (Client client = world.connect("other")) {
            assertThat(reached(client.begin())).isEqualTo(world.port(0));
        }
        console.resume("app");
    }

    @Test
    final void aReloadUnderThePauseLeadsElsewhere() {
        console.pause("app");
        awaitPaused();
        try (Client client = world.connect("app")) {
            CompletableFuture<Integer> begun = client.begin();
            world.point(1);
            assertThat(console.database("app").orElseThrow().port()).isEqualTo(world.port(0));

            console.reload();

            assertThat(console.database("app").orElseThrow().port()).isEqualTo(world.port(1));
            assertThat(console.database("app").orElseThrow().paused()).isTrue();
            assertHeld(begun);
            console.resume("app");
            assertThat(reached(begun)).isEqualTo(world.port(1));
        }
    }

    @Test
    final void aPauseIsLostWithItsProcess() {
        console.pause("app");
        awaitPaused();
        world.kill();
        world.start();

        try (PgBouncer again = world.open(Who.ADMIN)) {
            assertThat(again.database("app").orElseThrow().paused()).isFalse();
        }
    }

    @Test
    final void linksTellServerAndOwnPort() {
        try (Client client = world.connect("app")) {
            reached(client.begin());

            assertThat(console.links("app")).singleElement().satisfies(link -> {
                assertThat(link).extracting(Link::address, Link::port).containsExactly(world.host(), world.port(0));
                assertThat(link.localPort()).isPositive();
            });
            client.commit();
        }
        Waiting.until("nobody is linked", LIMIT, () -> console.links("app").isEmpty());
    }

    @Test
    final void aKillEndsEveryClientAndLeavesTheDatabasePaused() {
        try (Client client = world.connect("app")) {
            reached(client.begin());

            console.kill("app");

            assertThat(console.database("app").orElseThrow().paused()).isTrue();
            Waiting.until("nobody is left", LIMIT, () -> console.pools("app").servers() == 0);
            console.resume("app");
        }
    }
}
