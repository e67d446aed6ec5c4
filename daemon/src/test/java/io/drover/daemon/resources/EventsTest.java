/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventsTest {
    private static final String PATH = "/v1/moves/" + FakeServices.ID + "/events";
    private static TestController leader;
    private static TestController follower;

    @BeforeAll
    static void start() {
        leader = new TestController();
        follower = new TestController();
    }

    @AfterAll
    static void stop() {
        follower.close();
        leader.close();
    }

    @BeforeEach
    void clear() {
        leader.reset();
        follower.reset();
    }

    @Test
    void streamsWhatHappensUntilTheEnd() throws Exception {
        BufferedReader lines = open(leader, null);
        report();

        assertThat(rest(lines))
                .containsExactly(
                        "event: state",
                        "id: 7",
                        "data: {\"state\":\"BAKING\"}",
                        "",
                        "event: progress",
                        "data: {\"percent\":50.0}",
                        "",
                        "event: end",
                        "id: 8",
                        "data: {\"state\":\"COMPLETED\"}",
                        "");
    }

    @Test
    void resumesAfterTheLastEventOfTheCaller() throws Exception {
        open(leader, "6");

        assertThat(leader.services.calls).contains("listen 6");
    }

    @Test
    void endsWhenTheCallerHasSeenEverything() throws Exception {
        leader.services.state = MoveState.COMPLETED;

        assertThat(rest(open(leader, "2"))).contains("event: end");
        assertThat(leader.services.calls).doesNotContain("listen 2");
    }

    @Test
    void refusesALastEventThatIsNoNumber() {
        HttpResponse<String> answer = leader.send(
                leader.request(PATH).header("Accept", "text/event-stream").header("Last-Event-ID", "x"));

        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void answersAnUnknownMoveWithAProblem() {
        HttpResponse<String> answer =
                leader.send(leader.request("/v1/moves/unknown1/events").header("Accept", "text/event-stream"));

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void relaysTheStreamOfTheLeader() throws Exception {
        follower.leads = false;
        follower.other = leader.base();

        BufferedReader lines = open(follower, "3");
        report();

        assertThat(rest(lines)).contains("event: state", "event: end");
        assertThat(leader.services.calls).contains("listen 3");
        assertThat(follower.services.calls).isEmpty();
    }

    @Test
    void endsStreamsWhenItNoLongerLeads() throws Exception {
        BufferedReader lines = open(leader, null);
        leader.leads = false;

        assertThat(rest(lines)).doesNotContain("event: end");
        // the client sees the end of the stream a little before the server has taken its listener away
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!leader.services.listeners.isEmpty() && System.nanoTime() < limit) {
            Thread.onSpinWait();
        }
        assertThat(leader.services.listeners).isEmpty();
    }

    private void report() {
        leader.services.listeners.forEach(listener -> {
            listener.onEvent("state", 7, Map.of("state", "BAKING"));
            listener.onEvent("progress", 0, Map.of("percent", 50.0));
            listener.onEvent("end", 8, Map.of("state", "COMPLETED"));
            listener.onEvent("state", 9, Map.of("state", "NEVER"));
        });
    }

    private static BufferedReader open(TestController controller, @org.jspecify.annotations.Nullable String last)
            throws IOException, InterruptedException {
        var request = controller.request(PATH).header("Accept", "text/event-stream");
        if (last != null) {
            request.header("Last-Event-ID", last);
        }
        var answer = controller.stream(request);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        // the comment that opens the stream: from here on the listener is there
        assertThat(lines.readLine()).isEqualTo(":");
        assertThat(lines.readLine()).isEmpty();
        return lines;
    }

    /** Up to the end of the connection, without the comments that keep it open: every ten seconds there is one, whatever happens. */
    private static List<String> rest(BufferedReader lines) throws IOException {
        List<String> read = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals(":")) {
                assertThat(lines.readLine()).isEmpty();
                continue;
            }
            read.add(line);
        }
        return read;
    }
}
