/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Json;
import io.drover.api.Lsn;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.replication.TimelineHistory;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.Place;
import io.drover.testing.plain.PlainWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A move, and one that is given up behind its seal, as clients see them that know nothing of Drover: the examples of docs/clients.md. */
class PlainClientsIT {
    /** The limit of a check in docs/clients.md. */
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(2);

    /** Long enough to look at it, and less than the checks of docs/clients.md allow a node to say no. */
    private static final String PAUSE = "\"maxWritePause\":\"6s\",\"drainTimeout\":\"5s\"";

    @Test
    void aMoveEndsEachSessionOnceAndLosesNothing() throws SQLException, IOException {
        try (Scene scene = Scene.open();
                PlainClients clients = PlainClients.start(scene)) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            assertThat(health(scene, source, "GET")).isEqualTo(200);
            assertThat(health(scene, target, "GET")).isEqualTo(503);
            clients.mark();

            Move move = scene.awaitRollbackReady(scene.start(target, ""));
            clients.awaitWrites(20);
            clients.stop();

            assertThat(move.cutover()).isNotNull();
            assertThat(move.cutover().commitsPastFork()).isZero();
            assertThat(clients.writers()).allSatisfy(writer -> {
                assertThat(writer.ends())
                        .as(writer.name() + ": ends of sessions")
                        .hasSize(1);
                assertThat(writer.sessions()).as(writer.name() + ": sessions").isEqualTo(2);
                assertThat(writer.errors()).as(writer.name() + ": errors").isEmpty();
            });
            assertAllWrittenBeforeTheForkOrBehindIt(scene, clients, source, target);
            assertThat(health(scene, source, "GET")).isEqualTo(503);
            assertThat(health(scene, target, "GET")).isEqualTo(200);
        }
    }

    /** Where each write was done says the very statement that did it; that all of them are there counts the scene at its end. */
    private static void assertAllWrittenBeforeTheForkOrBehindIt(
            Scene scene, PlainClients clients, NodeId source, NodeId target) throws IOException {
        List<Place> places = clients.writers().stream()
                .map(PlainWriter::log)
                .flatMap(log -> acknowledged(log).stream())
                .toList();
        int before = timelineOf(places, source);
        int after = timelineOf(places, target);
        Lsn fork = fork(scene.cluster(), target, before, after);
        assertThat(after).isGreaterThan(before);
        assertThat(places).allSatisfy(place -> {
            boolean atSource = place.node().equals(source.value());
            assertThat(place.node()).isIn(source.value(), target.value());
            assertThat(place.timeline()).isEqualTo(atSource ? before : after);
            assertThat(atSource ? fork.atLeast(place.lsn()) : place.lsn().atLeast(fork))
                    .as(place + ", fork " + fork)
                    .isTrue();
        });
    }

    private static List<Place> acknowledged(AckLog log) {
        List<Place> places = new ArrayList<>();
        for (int sequence = 1; sequence <= log.size(); sequence++) {
            if (log.outcome(sequence) == AckLog.Outcome.ACKED) {
                places.add(log.place(sequence).orElseThrow());
            }
        }
        return places;
    }

    private static int timelineOf(List<Place> places, NodeId node) {
        return places.stream()
                .filter(place -> place.node().equals(node.value()))
                .mapToInt(Place::timeline)
                .findFirst()
                .orElseThrow();
    }

    private static Lsn fork(LocalCluster cluster, NodeId target, int before, int after) throws IOException {
        Path file = cluster.dataDirectory(target).resolve(String.format(Locale.ROOT, "pg_wal/%08X.history", after));
        return TimelineHistory.parse(after, Files.readString(file)).entries().stream()
                .filter(entry -> entry.timeline() == before)
                .map(TimelineHistory.Entry::end)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anAbortedMoveEndsNoSessionThatTheSealHasOnlyHeld() throws SQLException {
        try (Scene scene = Scene.open();
                PlainClients clients = PlainClients.start(scene);
                TopologyProbe probe = TopologyProbe.open(scene.cluster())) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            long postmaster =
                    Postmasters.of(scene.cluster().dataDirectory(source)).orElseThrow();
            boolean held;
            clients.mark();

            // without the target's agent nobody can prove that the target has everything: the budget ends the pause
            Runnable freeze = () -> scene.cluster().freeze(target.value());
            Move move = scene.startAndAtTheFence(target, PAUSE, probe, freeze);
            try {
                Waiting.until("the source is sealed", Scene.MOVE_LIMIT, () -> ProcessTable.isFrozen(postmaster));
                for (String method : List.of("GET", "HEAD", "OPTIONS")) {
                    assertThat(health(scene, source, method)).as(method).isEqualTo(503);
                }
                // until the seal is complete, one that stands in the way may still make it end them all
                Waiting.until("the seal is complete", Scene.MOVE_LIMIT, () -> isSealed(scene, source));
                held = ProcessTable.childrenOf(postmaster).stream().anyMatch(ProcessTable::isFrozen);
                Waiting.until("it goes on", Scene.MOVE_LIMIT, () -> !ProcessTable.isFrozen(postmaster));
            } finally {
                scene.cluster().thaw(target.value());
            }
            scene.await(move, MoveState.ABORTED);
            clients.awaitWrites(20);
            clients.stop();

            assertThat(scene.topology().state()).isEqualTo(TopologyState.SERVING);
            assertThat(scene.primary()).isEqualTo(source);
            assertThat(clients.writers()).allSatisfy(writer -> {
                assertThat(writer.ends())
                        .as(writer.name() + ": ends of sessions")
                        .hasSizeLessThanOrEqualTo(held ? 0 : 1);
                assertThat(writer.errors()).as(writer.name() + ": errors").isEmpty();
                assertThat(acknowledged(writer.log()))
                        .allMatch(place -> place.node().equals(source.value()));
            });
            assertThat(health(scene, source, "GET")).isEqualTo(200);
        }
    }

    /** As the agent has stored it. */
    private static boolean isSealed(Scene scene, NodeId source) {
        Path record = scene.cluster()
                .node(source)
                .dataRoot()
                .resolve("agent/" + scene.topology().instance() + ".json");
        try {
            return Json.mapper()
                    .readTree(Files.readAllBytes(record))
                    .path("seal")
                    .hasNonNull("finalLsn");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a load balancer is told, in the time that it waits. */
    private static int health(Scene scene, NodeId node, String method) {
        URI address = URI.create(scene.cluster().node(node).agent() + "/primary?shard=" + LocalCluster.SHARD);
        HttpRequest check = HttpRequest.newBuilder(address)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(CHECK_LIMIT)
                .build();
        try {
            return HttpClient.newHttpClient()
                    .send(check, BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new IllegalStateException("no answer from " + address + " in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
