/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static io.drover.testing.fake.MiniCluster.SHARD;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.drover.api.Json;
import io.drover.api.Move;
import io.drover.api.MoveState;
import io.drover.api.NodeInfo;
import io.drover.api.ShardTopology;
import io.drover.topology.TopologyWatcher;
import io.drover.topology.Versioned;
import io.drover.topology.ZooKeeperSession;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Znodes with contents that nobody of Drover wrote: controller, agents and watchers live on, and go on when they are gone. */
final class HostileZnodesTest {
    private static final String GOOD = """
            {"v":1,"shard":"evil","instance":"7000000000000000001","epoch":3,"state":"SERVING","database":"app",\
            "primary":{"node":"node_a","host":"10.0.0.1","port":5433},"replicas":[],"move":null,"fence":null}""";

    /** Of any znode. */
    private static final List<String> CONTENTS = Stream.concat(
                    Stream.of(
                            "",
                            "null",
                            "[]",
                            "{}",
                            "5",
                            "\"\"",
                            "\u0000\u0001",
                            "{\"v\":1",
                            "{\"v\":1,\"v\":2}",
                            "{\"@class\":\"java.io.File\"}",
                            "[".repeat(100_000),
                            "{\"a\":".repeat(100_000),
                            "\"" + "x".repeat(900_000) + "\"",
                            GOOD.replace("\"epoch\":3", "\"epoch\":-1"),
                            GOOD.replace("\"epoch\":3", "\"epoch\":1e400"),
                            GOOD.replace("\"port\":5433", "\"port\":65536"),
                            GOOD.replace("\"port\":5433", "\"port\":null"),
                            GOOD.replace("\"state\":\"SERVING\"", "\"state\":null"),
                            GOOD.replace("\"primary\":", "\"secondary\":"),
                            GOOD.replace("\"replicas\":[]", "\"replicas\":[null]"),
                            "{\"id\":\"node_a\",\"host\":\"10.0.0.1\",\"agent\":\"file:///etc/passwd\"}",
                            "{\"id\":\"node_a\",\"host\":\"a,b\",\"agent\":\"http://a:1\"}",
                            "{\"v\":1,\"name\":\"\\u001b[2J\",\"host\":\"\\n\",\"ackedEpoch\":9223372036854775807,\"targetReady\":true}",
                            "{\"v\":1,\"name\":null,\"host\":null,\"ackedEpoch\":null,\"targetReady\":false}"),
                    HostileText.SAMPLES.stream()
                            .filter(sample -> sample.length() < 200)
                            .flatMap(sample -> Stream.of(
                                    GOOD.replace("\"app\"", json(sample)),
                                    GOOD.replace("\"10.0.0.1\"", json(sample)),
                                    GOOD.replace("\"node_a\"", json(sample)),
                                    GOOD.replace("\"evil\"", json(sample)))))
            .toList();

    private final MiniCluster cluster = MiniCluster.withShard();
    private final AtomicReference<Versioned<ShardTopology>> told = new AtomicReference<>();
    private TopologyWatcher watcher;

    private static String json(String text) {
        try {
            return Json.mapper()
                    .writer()
                    .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void watch() {
        // asked while ZooKeeper can tell it
        assertThat(cluster.instance()).isNotNull();
        watcher = TopologyWatcher.watchAll(cluster.client, new TopologyWatcher.Listener() {
            @Override
            public void changed(Versioned<ShardTopology> newest) {
                if (newest.value().shard().equals(SHARD)) {
                    told.set(newest);
                }
            }
        });
        cluster.await("the watcher has seen the shard", () -> told.get() != null);
    }

    @AfterEach
    void close() {
        watcher.close();
        cluster.close();
    }

    @Test
    void everybodyLivesOnBesideThem() {
        List<String> writable = cluster.writable();
        List<String> places = List.of(
                "/topology/evil",
                "/participants/shard_01/evil",
                "/nodes/evil",
                "/moves/evil",
                "/locks/evil",
                "/idempotency/evil");
        int cases = 0;
        for (String content : CONTENTS) {
            for (String place : places) {
                put(place, content);
                cases++;
            }
            assertEverybodyAnswers();
        }
        assertThat(cases).isGreaterThan(500);
        assertThat(cluster.writable()).isEqualTo(writable);
        // a client that nobody can read has acknowledged nothing, and must not be waited for here
        places.forEach(place -> await(session().delete(place, -1)));

        assertAMoveGoesThrough();
    }

    /** The shard's own topology is spoilt: nobody acts on it, and its primary goes on. */
    @Test
    void theShardGoesOnWhileItsTopologyIsSpoilt() {
        String path = "/topology/" + SHARD;
        byte[] right = cluster.zooKeeper.content(path).orElseThrow();
        List<String> writable = cluster.writable();
        long epoch = told.get().value().epoch().value();
        for (String content : CONTENTS) {
            await(session().set(path, content.getBytes(StandardCharsets.UTF_8), -1));

            assertThat(cluster.writable()).isEqualTo(writable);
            assertThat(cluster.report(A).running()).isTrue();
            assertThat(cluster.control().moves().list(Optional.empty(), Optional.empty()))
                    .isEmpty();
            assertThat(told.get().value().primary().host()).isEqualTo(A.value());
        }
        await(session().set(path, right, -1));

        assertThat(told.get().value().epoch().value()).isEqualTo(epoch);
        assertAMoveGoesThrough();
    }

    private void assertEverybodyAnswers() {
        assertThat(cluster.control().shards().nodes()).extracting(NodeInfo::id).contains(A, B);
        assertThat(cluster.control().shards().shards())
                .extracting(ShardTopology::shard)
                .contains(SHARD);
        assertThat(cluster.control().moves().list(Optional.empty(), Optional.empty()))
                .isEmpty();
        assertThat(cluster.report(A).running()).isTrue();
        assertThat(cluster.agent(B).observation().node().id()).isEqualTo(B);
        assertThat(cluster.leads()).isTrue();
    }

    private void assertAMoveGoesThrough() {
        Move move = cluster.start("");
        cluster.await(
                "the move is done",
                () -> cluster.control().moves().get(move.id()).state() == MoveState.BAKING);
        assertThat(cluster.topology().primary().node()).isEqualTo(B);
        cluster.await(
                "the watcher has seen it",
                () -> told.get().value().primary().node().equals(B));
    }

    private void put(String path, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        if (cluster.zooKeeper.content(path).isPresent()) {
            await(session().set(path, bytes, -1));
        } else {
            await(session().create(path, bytes, CreateMode.PERSISTENT));
        }
    }

    private ZooKeeperSession session() {
        try {
            return cluster.client.session();
        } catch (KeeperException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
