/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.Problem;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.BackupView;
import io.drover.replication.InstanceMonitor.BlockerView;
import io.drover.replication.InstanceMonitor.StandbyView;
import io.drover.testing.fake.MonitorsResource.Answer;
import io.drover.testing.fake.MonitorsResource.Question;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Lets a controller in a process of its own look at servers that do not exist, in the process of their agents. */
public final class HttpMonitors implements Monitors {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int OK = 200;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;

    /** Asks at the address of an {@link AgentServer} that has a {@link MonitorsResource}. */
    public HttpMonitors(String address) {
        this.address = address;
    }

    private Answer ask(String question, Endpoint instance, String name) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/monitors/" + question))
                .timeout(LIMIT)
                .header("Authorization", "Bearer " + AgentServer.BEARER)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(new Question(instance, name))))
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() == OK) {
                return Json.read(response.body(), Answer.class);
            }
            throw DroverException.of(Json.read(response.body(), Problem.class));
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE, instance.node() + " does not tell " + question, null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DroverException(ErrorCode.LEADERSHIP_LOST, "stopped while asking " + question, null, e);
        }
    }

    @Override
    public void checkLogin(Endpoint instance) {
        ask("check-login", instance, "");
    }

    @Override
    public Optional<StandbyView> standby(Endpoint primary, String applicationName) {
        return Optional.ofNullable(ask("standby", primary, applicationName).standby());
    }

    @Override
    public boolean holdsWal(Endpoint primary, String slot) {
        return ask("holds-wal", primary, slot).yes();
    }

    /** The fakes never show one. */
    @Override
    public Optional<BackupView> baseBackup(Endpoint source) {
        return Optional.empty();
    }

    @Override
    public boolean guardProbeWaits(Endpoint primary) {
        return ask("guard-probe-waits", primary, "").yes();
    }

    @Override
    public List<BlockerView> blockers(Endpoint primary) {
        return ask("blockers", primary, "").blockers();
    }

    @Override
    public ActivityView activity(Endpoint primary) {
        return requireNonNull(ask("activity", primary, "").activity(), "no answer");
    }
}
