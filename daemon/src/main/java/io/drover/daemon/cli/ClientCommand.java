/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.drover.api.Json;
import io.drover.api.Move;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that talks to controllers. */
abstract class ClientCommand implements Callable<Integer> {
    private static final int FULL_ID = 36;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            split = ",",
            defaultValue = "${env:DROVER_URL:-http://127.0.0.1:8080}",
            description = "controllers, tried in order; default: DROVER_URL, else http://127.0.0.1:8080")
    private List<String> urls = new ArrayList<>();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            defaultValue = "${env:DROVER_TOKEN_FILE}",
            description = "file whose first line is the token; default: DROVER_TOKEN_FILE")
    private @Nullable Path tokenFile;

    @Mixin
    private TlsOptions tls = new TlsOptions();

    @Option(names = "--json", description = "print the controller's JSON")
    private boolean json;

    /** Makes the connection; reads the token. */
    final RestClient controller() {
        List<URI> addresses = urls.stream()
                .map(url -> URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url))
                .toList();
        Path file = tokenFile;
        return new RestClient(addresses, file == null ? null : Token.read(file), reason()).over(tls.client());
    }

    /** Why the command is given, or null. */
    @Nullable
    String reason() {
        return null;
    }

    /** A connection to another daemon, with the same token. */
    final RestClient clientOf(URI address) {
        Path file = tokenFile;
        return clientOf(address, file);
    }

    /** The same with a token of its own. */
    final RestClient clientOf(URI address, @Nullable Path itsToken) {
        return new RestClient(List.of(address), itsToken == null ? null : Token.read(itsToken)).over(tls.client());
    }

    final boolean json() {
        return json;
    }

    final PrintWriter out() {
        return spec().commandLine().getOut();
    }

    final PrintWriter err() {
        return spec().commandLine().getErr();
    }

    private CommandSpec spec() {
        CommandSpec known = spec;
        if (known == null) {
            throw new IllegalStateException("BUG: the command was not started by picocli");
        }
        return known;
    }

    final void printJson(Object value) {
        try {
            out().println(Json.mapper()
                    .writer()
                    .with(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints a move: its JSON when asked for, else one line. */
    final void print(JsonNode answer) {
        if (json) {
            printJson(answer);
            return;
        }
        Move move = RestClient.as(answer, Move.class);
        out().println("move " + move.id() + ": " + Texts.state(move) + ", " + move.shard() + " from " + move.source()
                + " to " + move.target());
    }

    /** The full id of a move that is named by its beginning. */
    static String fullId(RestClient controller, String given) {
        if (given.length() >= FULL_ID) {
            return given;
        }
        List<String> matching = new ArrayList<>();
        for (JsonNode move : controller.get("/v1/moves").path("moves")) {
            String id = move.path("id").asText();
            if (id.startsWith(given)) {
                matching.add(id);
            }
        }
        return matching.size() == 1 ? matching.get(0) : given;
    }

    /** Sends an order to a move. */
    static JsonNode order(RestClient controller, String id, String verb, @Nullable Object body) {
        return controller.call("POST", "/v1/moves/" + id + "/" + verb, body, Map.of());
    }
}
