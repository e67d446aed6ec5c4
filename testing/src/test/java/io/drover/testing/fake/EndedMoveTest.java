/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static io.drover.testing.fake.MiniCluster.A;
import static io.drover.testing.fake.MiniCluster.B;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The last command of a move stays the highest that its agents know of until the next move; nobody may send it again. */
final class EndedMoveTest {
    private final MiniCluster cluster = MiniCluster.withShard();

    @AfterEach
    void close() {
        cluster.close();
    }

    @ParameterizedTest
    @CsvSource({"ABORTED, false", "ABORTED, true", "COMPLETED, false", "COMPLETED, true"})
    void itsLastTokenIsRefusedWithEveryVerb(MoveState end, boolean agentsBeginAnew) {
        end(end);
        if (agentsBeginAnew) {
            for (NodeId node : List.of(A, B)) {
                cluster.killAgent(node);
                cluster.startAgent(node);
            }
        }
        Map<NodeId, String> before = remembered();
        for (NodeId node : List.of(A, B)) {
            Token last = lastToken(node);
            for (Verb<?> verb : SampleVerbs.all()) {
                assertThatThrownBy(() -> cluster.send(node, last, verb))
                        .as("%s at %s", verb.path(), node)
                        .asInstanceOf(InstanceOfAssertFactories.throwable(DroverException.class))
                        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STATE_CONFLICT))
                        .hasMessageContaining("which has ended; nothing was done");
            }
        }
        assertThat(remembered()).isEqualTo(before);
    }

    private void end(MoveState end) {
        if (end == MoveState.ABORTED) {
            MoveId move = cluster.start("\"cutover\":\"approve\"").id();
            cluster.await("READY", () -> state(move) == MoveState.READY);
            cluster.control().moves().abort(move);
            cluster.await("ABORTED", () -> state(move) == end);
        } else {
            MoveId move = cluster.start("").id();
            cluster.await("BAKING", () -> state(move) == MoveState.BAKING);
            cluster.control().moves().complete(move, true);
            cluster.await("COMPLETED", () -> state(move) == end);
        }
    }

    private MoveState state(MoveId move) {
        return cluster.control().moves().get(move).state();
    }

    private Token lastToken(NodeId node) {
        try {
            return Json.mapper()
                    .treeToValue(Json.mapper().readTree(remembered().get(node)).get("token"), Token.class);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Map<NodeId, String> remembered() {
        return List.of(A, B).stream().collect(Collectors.toMap(Function.identity(), node -> {
            try {
                return new String(
                        requireNonNull(cluster.files.get(node), "no files").read(cluster.instance() + ".json"),
                        StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }));
    }
}
