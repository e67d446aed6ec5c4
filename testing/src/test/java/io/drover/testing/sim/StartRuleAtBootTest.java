/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.testing.fake.FakePostgres;
import io.drover.testing.fake.FakeStateFiles;
import io.drover.testing.fake.FakeZooKeeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A machine loses its power, and its agent is started anew (R7, R8, H39, H56): whether it starts its server, and as what, by what it
 * remembers and by what ZooKeeper says. No controller runs; the other node goes on.
 */
final class StartRuleAtBootTest {
    /** What {@code StartRule} promises: what has become of the server when its agent has lowered a fence that nobody else lowers. */
    private static final String TABLE = """
            NODE                  UP       AWAY     EMPTIED  RESTORED
            GRANTED               PRIMARY  PRIMARY  DOWN     DOWN
            GRANTED_NOT_PROMOTED  PRIMARY  STANDBY  DOWN     DOWN
            GRANTED_AGAIN         PRIMARY  PRIMARY  DOWN     DOWN
            FENCED                PRIMARY  PRIMARY  DOWN     PRIMARY
            SEALED                PRIMARY  DOWN     DOWN     DOWN
            SEALED_GIVEN_AWAY     DEMOTED  DOWN     DOWN     DOWN
            DEMOTED               DEMOTED  DEMOTED  DEMOTED  DEMOTED
            STANDBY               STANDBY  STANDBY  STANDBY  STANDBY
            """;

    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** Longer than a budget, a controller's turn and every wait between two tries. */
    private static final Duration A_WHILE = Duration.ofSeconds(60);

    private static final Duration FOR_EVER = Duration.ofDays(1);
    /** Somebody who tries to write on each node, whatever anybody says. */
    private static final SimOptions ONE_ROGUE = new SimOptions(2, List.of("node_a", "node_b"), 0, true, false);

    private static final String A = Stage.SOURCE.value();
    private static final String B = Stage.TARGET.value();

    /** What the agent finds that asks ZooKeeper. */
    enum ZooKeeper {
        UP,
        AWAY,
        /** Comes back with nothing in it (F59). */
        EMPTIED,
        /** Comes back as it was before the move: node_a serves, under the first epoch (F58). */
        RESTORED
    }

    /** What is to be seen of a server. */
    enum Outcome {
        /** It takes writes. */
        PRIMARY,
        STANDBY,
        DOWN,
        /** The same, and its agent remembers that it is for good. */
        DEMOTED
    }

    /** Whose machine loses its power, in a move from node_a to node_b. */
    enum Node {
        /** The target, which serves. */
        GRANTED(B, TopologyState.SERVING),
        /** The target, whose agent dies with the grant on its disk, before it has promoted. */
        GRANTED_NOT_PROMOTED(B, TopologyState.PROMOTING),
        /** The source after an abort behind its seal: the older ZooKeeper names it, too, under an epoch that is over. */
        GRANTED_AGAIN(A, TopologyState.SERVING) {
            @Override
            void prepare(Stage stage, MoveId move) {
                stage.atCue("row-110/run/after", stage::abort);
                stage.world()
                        .require(
                                LIMIT,
                                "the undo",
                                () -> stage.world().state(move).equals("ABORTED"));
            }
        },
        /** The source behind the fence, before its seal: nobody can have been promoted. */
        FENCED(A, TopologyState.FENCED),
        /** The source behind its seal, when nobody was promoted. */
        SEALED(A, TopologyState.FENCED),
        /** The source behind its seal; the target was promoted when its agent was dead. */
        SEALED_GIVEN_AWAY(A, TopologyState.SERVING) {
            @Override
            void prepare(Stage stage, MoveId move) {
                awaitDeath(stage.world(), A);
                serves(stage.world(), B);
            }
        },
        /** The source that has lost its grant and has not rejoined. */
        DEMOTED(A, TopologyState.SERVING) {
            @Override
            void prepare(Stage stage, MoveId move) {
                stage.world()
                        .require(
                                LIMIT,
                                "the demotion",
                                () -> role(stage.world(), A).equals("DEMOTED"));
            }
        },
        /** The former source as the way back. */
        STANDBY(A, TopologyState.SERVING);

        private final String host;
        private final TopologyState truth;

        Node(String host, TopologyState truth) {
            this.host = host;
            this.truth = truth;
        }

        /** Leads the move to where it loses its power: to its moment, or to the bake. */
        void prepare(Stage stage, MoveId move) {
            if (lastMoment().isPresent()) {
                awaitDeath(stage.world(), host);
            } else {
                bakes(stage.world(), move);
            }
        }

        /** The moment from which on no controller does anything, when it is not the bake. */
        Optional<String> lastMoment() {
            return switch (this) {
                case GRANTED, GRANTED_AGAIN, STANDBY -> Optional.empty();
                case GRANTED_NOT_PROMOTED -> Optional.of("verb-promote/accept/after");
                case FENCED -> Optional.of("row-100/record/after");
                case SEALED -> Optional.of("row-110/run/after");
                case SEALED_GIVEN_AWAY -> Optional.of("row-130/record/after");
                case DEMOTED -> Optional.of("row-160/intent/before");
            };
        }

        /** Whether it dies in that moment. */
        boolean diesThere() {
            return lastMoment().isPresent() && this != DEMOTED;
        }

        /** Whether the other node serves. */
        boolean servedBeside() {
            return switch (this) {
                case SEALED_GIVEN_AWAY, DEMOTED, STANDBY -> true;
                case GRANTED, GRANTED_NOT_PROMOTED, GRANTED_AGAIN, FENCED, SEALED -> false;
            };
        }

        private static void bakes(SimWorld world, MoveId move) {
            world.require(LIMIT, "the bake", () -> world.state(move).equals("BAKING") && world.step(move) == 170);
            world.require(LIMIT, "the way back", () -> outcome(world, A) == Outcome.STANDBY);
        }

        private static void awaitDeath(SimWorld world, String host) {
            world.require(
                    LIMIT, "the death of " + host, () -> !world.member(host).isAlive());
        }

        private static void serves(SimWorld world, String host) {
            world.require(
                    LIMIT,
                    host + " serves",
                    () -> world.topology().state() == TopologyState.SERVING
                            && world.topology().primary().node().value().equals(host));
        }
    }

    static Stream<Arguments> cells() {
        return Arrays.stream(Node.values())
                .flatMap(node -> Arrays.stream(ZooKeeper.values())
                        .map(state -> Arguments.of(node, state, expected(node, state))));
    }

    private static Outcome expected(Node node, ZooKeeper state) {
        List<List<String>> rows =
                TABLE.lines().map(line -> List.of(line.split(" +", -1))).toList();
        int column = rows.get(0).indexOf(state.name());
        return rows.stream()
                .filter(row -> row.get(0).equals(node.name()))
                .map(row -> Outcome.valueOf(row.get(column)))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest(name = "{0}, ZooKeeper {1}: {2}")
    @MethodSource("cells")
    void startsOnlyWhatMayRun(Node node, ZooKeeper state, Outcome expected) {
        SimWorld.run(1, ONE_ROGUE, world -> {
            FakeZooKeeper.Snapshot before = loseAllPower(world, node);
            Set<String> usurped = new TreeSet<>();
            boolean byTheLastGrant = node == Node.FENCED && state != ZooKeeper.UP;
            world.postgres().observe(() -> usurper(world, byTheLastGrant).ifPresent(usurped::add));

            become(world.zooKeeper(), state, before);
            world.member(node.host).start();
            world.pause(A_WHILE);

            requireOutcome(world, node, expected);
            if (state == ZooKeeper.AWAY) {
                world.zooKeeper().start();
                world.pause(A_WHILE);
                requireOutcome(world, node, expected(node, ZooKeeper.UP));
            }
            assertThat(usurped)
                    .as("who took writes that another had the grant for")
                    .isEmpty();
            world.checkInvariants();
        });
    }

    /** Returns when server and agent of the node and all controllers are dead; answers what ZooKeeper held before the move. */
    private static FakeZooKeeper.Snapshot loseAllPower(SimWorld world, Node node) {
        Stage stage = new Stage(world);
        stage.listen(moment -> {});
        world.begin();
        FakeZooKeeper.Snapshot before = world.zooKeeper().snapshot();
        node.lastMoment()
                .ifPresent(moment -> stage.atCue(moment, () -> {
                    if (moment.startsWith("row-")) {
                        end(stage, node);
                    } else {
                        // it is the agent's own thread
                        world.later(Duration.ZERO, () -> end(stage, node));
                    }
                }));
        MoveId move = world.startMove(B);

        node.prepare(stage, move);
        stage.killControllers(FOR_EVER);
        powerOff(world, node.host);

        assertThat(world.topology().state()).as("what is true").isEqualTo(node.truth);
        assertThat(world.postgres().running()).noneMatch(server -> server.host().equals(node.host));
        return before;
    }

    /** Does not return to a controller. */
    private static void end(Stage stage, Node node) {
        if (node.diesThere()) {
            powerOff(stage.world(), node.host);
        }
        stage.killControllers(FOR_EVER);
    }

    private static void powerOff(SimWorld world, String host) {
        world.member(host).kill();
        world.postgres().mishaps().powerOff(host);
    }

    private static void become(FakeZooKeeper zooKeeper, ZooKeeper state, FakeZooKeeper.Snapshot before) {
        switch (state) {
            case UP -> {}
            case AWAY -> zooKeeper.stop();
            case EMPTIED -> zooKeeper.wipe();
            case RESTORED -> zooKeeper.restore(before);
        }
    }

    /** A server that takes writes without a grant in the newest topology that was ever written; a restored one is no newer. */
    private static Optional<String> usurper(SimWorld world, boolean byTheLastGrant) {
        return world.postgres().running().stream()
                .filter(FakePostgres.Running::takesWrites)
                .map(FakePostgres.Running::host)
                .filter(host -> !isGranted(world.topology(), host, byTheLastGrant))
                .findFirst();
    }

    /** @param byTheLastGrant whether the source may go on behind a fence that it does not see (R8): nothing is promoted without its seal */
    private static boolean isGranted(ShardTopology topology, String host, boolean byTheLastGrant) {
        boolean primary = topology.primary().node().value().equals(host);
        return switch (topology.state()) {
            case SERVING -> primary;
            case PROMOTING -> !primary;
            case FENCED -> primary && byTheLastGrant;
            case ABORTING, UNKNOWN -> false;
        };
    }

    private static void requireOutcome(SimWorld world, Node node, Outcome expected) {
        assertThat(outcome(world, node.host)).as("the server on " + node.host).isEqualTo(expected);
        List<String> writable = world.postgres().running().stream()
                .filter(FakePostgres.Running::takesWrites)
                .map(FakePostgres.Running::host)
                .toList();
        List<String> beside = node.servedBeside() ? List.of(B) : List.of();
        assertThat(writable)
                .as("who takes writes")
                .isEqualTo(expected == Outcome.PRIMARY ? List.of(node.host) : beside);
    }

    private static Outcome outcome(SimWorld world, String host) {
        return world.postgres().running().stream()
                .filter(server -> server.host().equals(host))
                .findFirst()
                .map(server -> server.inRecovery() ? Outcome.STANDBY : Outcome.PRIMARY)
                .orElseGet(() -> role(world, host).equals("DEMOTED") ? Outcome.DEMOTED : Outcome.DOWN);
    }

    /** As the agent of a node remembers it. */
    private static String role(SimWorld world, String host) {
        FakeStateFiles files = world.agent(host).files();
        try {
            List<String> names = files.names();
            JsonNode record = Json.mapper().readTree(files.read(names.get(0)));
            return record.path("role").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
