/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaderForwardingTest {
    private static final String MINIMAL = "{\"shard\": \"shard_01\", \"target\": \"node_b\"}";
    private static TestController leader;
    private static TestController follower;

    @BeforeAll
    static void start() {
        leader = new TestController();
        follower = new TestController();
    }

    @BeforeEach
    void follow() {
        leader.reset();
        follower.reset();
        follower.leads = false;
        follower.other = leader.base();
    }

    @AfterAll
    static void stop() {
        follower.close();
        leader.close();
    }

    @Test
    void returnsTheLeadersAnswer() {
        HttpResponse<String> answer = follower.send(follower.request("/v1/moves")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "k7")
                .POST(HttpRequest.BodyPublishers.ofString(MINIMAL)));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Location")).contains(follower.base() + "/v1/moves/" + FakeServices.ID);
        assertThat(answer.body()).contains(FakeServices.ID.value());
        assertThat(leader.services.calls).containsExactly("create k7");
        assertThat(follower.services.calls).isEmpty();
    }

    @Test
    void passesQueryAndErrorsOn() {
        leader.services.failure = new DroverException(ErrorCode.SHARD_BUSY, "busy");

        HttpResponse<String> answer = follower.get("/v1/moves?shard=shard_01");

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("SHARD_BUSY");
        assertThat(leader.services.calls).containsExactly("list shard_01 -");
    }

    @Test
    void saysThatNobodyLeads() {
        follower.other = null;

        HttpResponse<String> answer = follower.post("/v1/moves", MINIMAL);

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).contains("NO_LEADER");
        assertThat(follower.services.calls).isEmpty();
    }

    @Test
    void saysThatNobodyLeadsWhenTheLeaderTakesNoConnection() {
        follower.other = URI.create("http://127.0.0.1:1");

        assertThat(follower.post("/v1/moves", MINIMAL).body()).contains("NO_LEADER");
    }

    @Test
    void doesNotPassARequestRoundInCircles() {
        leader.leads = false;
        leader.other = follower.base();

        assertThat(follower.post("/v1/moves", MINIMAL).body()).contains("NO_LEADER");
        assertThat(leader.services.calls).isEmpty();
    }

    @Test
    void asksForTheTokenItself() {
        HttpResponse<String> answer = follower.send(
                HttpRequest.newBuilder(follower.base().resolve("/v1/moves")).GET());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(leader.services.calls).isEmpty();
    }

    @Test
    void servesItsDescriptionWithoutALeader() {
        follower.other = null;

        assertThat(follower.get("/openapi.json").statusCode()).isEqualTo(200);
    }
}
