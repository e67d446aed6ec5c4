/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.WorldSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is not to be adopted is refused with its reason, and nothing has changed anywhere; the instance that was named goes on. */
class BadAdoptionIT {
    private static final ShardId CLAIM = new ShardId("claim");

    /** What is sent, and what has to come back. */
    private record Wrong(String node, String dataDir, int port, String database, String code, String words) {}

    @Test
    void refusesWhatIsNotToBeAdoptedAndChangesNothing() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            LocalCluster cluster = scene.cluster();
            NodeId primary = scene.primary();
            NodeId other = scene.other();
            Path data = cluster.dataDirectory(primary);
            long postmaster = Postmasters.of(data).orElseThrow();
            int port = cluster.shardPort();
            Path link = cluster.directory().resolve("link-" + scene.run());
            Path above = cluster.directory().resolve("above-" + scene.run());
            Files.createSymbolicLink(link, data);
            Files.createSymbolicLink(above, data.getParent());
            try {
                List<Wrong> wrongs = List.of(
                        new Wrong("node_x", data.toString(), port, "app", "UNKNOWN_NODE", "there is no node node_x"),
                        // both agents can read it, as on a storage that is shared, or with two agents on a machine
                        new Wrong(
                                other.value(),
                                data.toString(),
                                port,
                                "app",
                                "ALREADY_EXISTS",
                                primary + " serves it already"),
                        new Wrong(primary.value(), link.toString(), port, "app", "INVALID_VALUE", "symbolic link"),
                        new Wrong(primary.value(), above + "/data", port, "app", "INVALID_VALUE", "symbolic link"),
                        new Wrong(primary.value(), data + "/../data", port, "app", "MALFORMED_REQUEST", "not a path"),
                        new Wrong(primary.value(), data + "/base", port, "app", "INVALID_VALUE", "no PG_VERSION"),
                        new Wrong(primary.value(), "data", port, "app", "MALFORMED_REQUEST", "not a path"),
                        new Wrong(
                                primary.value(),
                                data.toString(),
                                port + 1,
                                "app",
                                "IDENTITY_MISMATCH",
                                "listens on port"),
                        new Wrong(
                                primary.value(), data.toString(), port, "nothere", "POSTGRES_UNREACHABLE", "nothere"));
                Map<String, String> before = WorldSnapshot.of(cluster).facts();
                for (Wrong wrong : wrongs) {
                    assertRefused(cluster, wrong);
                }
                assertThat(WorldSnapshot.differences(
                                before, WorldSnapshot.of(cluster).facts()))
                        .isEmpty();
                assertThat(log(cluster, primary))
                        .contains("nothing was done: INVALID_VALUE: " + link + " is not taken", "IDENTITY_MISMATCH");
                assertThat(log(cluster, other)).contains("nothing was done: ALREADY_EXISTS");
            } finally {
                Files.delete(link);
                Files.delete(above);
            }
            scene.awaitWrites(50);
            assertThat(Postmasters.of(data)).hasValue(postmaster);
        }
    }

    /** Somebody who may adopt names a directory of PostgreSQL's user that is none of Drover's business. */
    @Test
    void refusesADirectoryOutsideOfTheAllowedRoots() throws SQLException, IOException {
        try (Scene scene = Scene.open()) {
            LocalCluster cluster = scene.cluster();
            String node = scene.other().value();
            Path root = cluster.osUser().directory(cluster.directory().resolve("allowed"), "rwx------");
            Path outside = cluster.osUser().directory(cluster.directory().resolve("outside"), "rwx------");
            cluster.osUser().secretFile(outside.resolve("PG_VERSION"), "15\n");
            Path into = Files.createSymbolicLink(root.resolve("main"), outside);
            Path file = cluster.directory().resolve("etc/" + node + ".yml");
            String configuration = Files.readString(file);
            cluster.osUser().secretFile(file, configuration + "adoptRoots: [" + root + "]\n");
            cluster.restart(node);
            cluster.waitHealthy();
            try {
                Map<String, String> before = WorldSnapshot.of(cluster).facts();
                String why = outside + " is not taken for a data directory: it does not lie below [" + root;
                assertRefused(cluster, new Wrong(node, outside.toString(), 5432, "app", "INVALID_VALUE", why));
                assertRefused(cluster, new Wrong(node, into.toString(), 5432, "app", "INVALID_VALUE", "symbolic link"));
                assertThat(WorldSnapshot.differences(
                                before, WorldSnapshot.of(cluster).facts()))
                        .isEmpty();
                assertThat(log(cluster, scene.other())).contains("nothing was done: INVALID_VALUE: " + why);
            } finally {
                cluster.osUser().secretFile(file, configuration);
                cluster.restart(node);
            }
        }
    }

    private static String log(LocalCluster cluster, NodeId node) throws IOException {
        return Files.readString(cluster.controlDirectory().resolve(node + ".log"));
    }

    private static void assertRefused(LocalCluster cluster, Wrong wrong) {
        DroverRest.Answer answer = cluster.rest()
                .put(
                        "/v1/shards/" + CLAIM,
                        "{\"node\":\"%s\",\"dataDir\":\"%s\",\"port\":%d,\"database\":\"%s\"}"
                                .formatted(wrong.node(), wrong.dataDir(), wrong.port(), wrong.database()));
        assertThat(answer.status()).as(wrong + ": " + answer.body()).isBetween(400, 599);
        assertThat(answer.json().get("code").asText())
                .as(wrong + ": " + answer.body())
                .isEqualTo(wrong.code());
        assertThat(answer.json().get("detail").asText()).as(wrong.toString()).contains(wrong.words());
        assertThat(answer.json().get("hint").asText())
                .as(wrong + ": " + answer.body())
                .isNotBlank();
    }
}
