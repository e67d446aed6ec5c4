/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ShardId;
import io.drover.daemon.access.BearerToken;
import io.drover.daemon.audit.AuditLog;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FenceLimitTest {
    private static final String START = "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"cutover\": \"%s\"}";
    private static final String MOVE = "/v1/moves/" + FakeServices.ID;
    private static final ShardId ONE = new ShardId("shard_01");
    private static final ShardId TWO = new ShardId("shard_02");

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final TestController controller = new TestController(
            null,
            null,
            new Rest.Protection(
                    new BearerToken(TestController.TOKEN), AuditLog.none(), false, new FenceLimit(1, now::get)));

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void takesSoManyInAnHourOfEachShard() {
        FenceLimit limit = new FenceLimit(2, now::get);
        limit.take(List.of(ONE));
        now.addAndGet(Duration.ofMinutes(30).toNanos());
        limit.take(List.of(ONE, TWO));

        assertThatThrownBy(() -> limit.take(List.of(TWO, ONE)))
                .isInstanceOf(DroverException.class)
                .hasMessageContaining("shard_01 has had 2 orders in an hour");
        // nothing of the refused one was taken
        limit.take(List.of(TWO));

        now.addAndGet(Duration.ofMinutes(30).toNanos());
        limit.take(List.of(ONE));
        assertThatThrownBy(() -> limit.take(List.of(ONE))).isInstanceOf(DroverException.class);
    }

    @ParameterizedTest
    @CsvSource({"approve", "drill", "rollback"})
    void refusesTheNextOrderThatFences(String order) {
        assertThat(controller.post("/v1/moves", START.formatted("auto")).statusCode())
                .isEqualTo(201);
        controller.services.calls.clear();

        HttpResponse<String> refused = controller.post(MOVE + "/" + order, "");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("TOO_MANY_FENCES", "shard_01", "nothing was done", "in 60 min");
        assertThat(controller.services.calls).containsExactly("get");
        assertThat(controller.post("/v1/moves", START.formatted("auto")).statusCode())
                .isEqualTo(429);
        // what fences nobody is not counted
        assertThat(controller.post("/v1/moves", START.formatted("approve")).statusCode())
                .isEqualTo(201);
        assertThat(controller.post(MOVE + "/abort", "").statusCode()).isEqualTo(202);
        assertThat(controller.post(MOVE + "/complete", "{}").statusCode()).isEqualTo(202);
    }

    @Test
    void anOrderThatWasRefusedDoesNotCount() {
        FenceLimit limit = new FenceLimit(1, now::get);
        limit.take(List.of(ONE, TWO)).run();
        limit.take(List.of(ONE));
        assertThatThrownBy(() -> limit.take(List.of(ONE))).isInstanceOf(DroverException.class);
    }

    @Test
    void withoutALimitNothingIsLookedUp() {
        try (TestController open = new TestController()) {
            open.post(MOVE + "/approve", "");
            assertThat(open.services.calls).containsExactly("approve");
        }
    }
}
