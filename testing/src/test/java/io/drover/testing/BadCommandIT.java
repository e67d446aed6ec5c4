/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.InstanceId;
import io.drover.api.NodeInfo;
import io.drover.testing.cluster.DroverRest;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.cluster.WorldSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A handful of commands to an agent's own process that it has to refuse; every verb with everything that can be wrong is in
 * {@code VerbRefusalsTest}.
 */
class BadCommandIT {
    private static final String TOKEN =
            "{\"leaderEpoch\":%d,\"move\":\"0badf00d-1\",\"step\":30,\"sequence\":%d,\"timeoutMillis\":%d}";

    /** What is sent, and what has to come back. */
    private record Bad(String instance, String verb, String token, String args, int status, String code) {}

    @Test
    void anAgentRefusesWrongCommandsLogsEachOnceAndChangesNothing() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeInfo node = scene.rest().nodes().stream()
                    .filter(each -> each.id().equals(scene.primary()))
                    .findFirst()
                    .orElseThrow();
            InstanceId instance = scene.topology().instance();
            DroverRest agent = scene.rest().at(node.agent());
            Path log = scene.cluster().controlDirectory().resolve(node.id() + ".log");
            String slot = "{\"slot\":\"drover_0badf00d\"}";
            String foreign = TOKEN.formatted(999_999, 1, 20_000);
            List<Bad> bads = List.of(
                    new Bad(instance.value(), "create-slot", foreign, slot, 503, "LEADERSHIP_LOST"),
                    new Bad(
                            instance.value(),
                            "create-slot",
                            TOKEN.formatted(1, Long.MAX_VALUE, 0),
                            slot,
                            422,
                            "INVALID_VALUE"),
                    new Bad(instance.value(), "create-slot", "null", slot, 400, "MALFORMED_REQUEST"),
                    new Bad(instance.value(), "create-slot", foreign, "{}", 400, "MALFORMED_REQUEST"),
                    new Bad("7000000000000000042", "create-slot", foreign, slot, 404, "NOT_FOUND"),
                    new Bad(instance.value(), "drop-database", foreign, "{}", 404, "NOT_FOUND"));
            WorldSnapshot before = WorldSnapshot.of(scene.cluster());
            long logged = refusals(log);
            for (Bad bad : bads) {
                DroverRest.Answer answer = agent.post(
                        "/v1/instances/" + bad.instance() + "/" + bad.verb(),
                        "{\"token\":" + bad.token() + ",\"args\":" + bad.args() + "}");
                assertThat(answer.status()).as("%s: %s", bad, answer.body()).isEqualTo(bad.status());
                assertThat(answer.json().get("code").asText()).isEqualTo(bad.code());
                assertThat(answer.json().get("hint").asText(""))
                        .as("hint of %s", bad)
                        .isNotBlank();
                logged++;
                awaitRefusals(log, logged);
                assertThat(refusals(log)).as("lines of the log after %s", bad).isEqualTo(logged);
            }
            assertThat(agent.withToken("wrong")
                            .post("/v1/instances/" + instance + "/checkpoint", "{}")
                            .status())
                    .isEqualTo(403);
            assertThat(WorldSnapshot.differences(
                            before.facts(), WorldSnapshot.of(scene.cluster()).facts()))
                    .isEmpty();
        }
    }

    /** The agent's log is written on a thread of its own: the answer may be here first. */
    private static void awaitRefusals(Path log, long count) {
        Waiting.until(count + " lines in " + log, Scene.WRITING_LIMIT, () -> refusals(log) >= count);
    }

    private static long refusals(Path log) {
        try {
            return Files.readString(log)
                    .lines()
                    .filter(line ->
                            line.contains("refused POST") || line.contains("LEADERSHIP_LOST: the leader's epoch"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + log, e);
        }
    }
}
