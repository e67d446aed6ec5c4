/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * HTTP clients for agents and other controllers, which keep their connections open. With TLS each peer has a client of its own, which
 * talks to nobody who is not that peer: two nodes behind one address stay two.
 */
public final class PeerClients {
    private final @Nullable TlsMaterial material;
    private final Duration connectLimit;
    private final ExecutorService threads = Executors.newCachedThreadPool(daemons());
    private final HttpClient plain;
    private final Map<Way, Identified> clients = new ConcurrentHashMap<>();

    /** What a connection is kept for: a command in the pause must not find that a question has its connection, and make another. */
    public enum Lane {
        /** What a move waits for. */
        COMMANDS,
        /** All else. */
        QUESTIONS
    }

    private record Way(PeerName peer, Lane lane) {}

    /**
     * A client whose connections show what was read then: they are kept open, and whoever is called refuses in the end a certificate that
     * does not count any more.
     *
     * @param generation of the identity
     */
    private record Identified(int generation, HttpClient http) {}

    /**
     * Makes them.
     *
     * @param material the identity that is shown, and the CA that peers must have theirs from; null without TLS
     */
    public PeerClients(@Nullable TlsMaterial material, Duration connectLimit) {
        this.material = material;
        this.connectLimit = connectLimit;
        this.plain = builder().build();
    }

    /** Without TLS. */
    public static PeerClients plain(Duration connectLimit) {
        return new PeerClients(null, connectLimit);
    }

    /**
     * The client for a peer at an address.
     *
     * @throws DroverException NODE_UNREACHABLE when one side of the two has TLS and the other has not: the token would travel in clear
     *     text, or nobody could say whose certificate is right
     */
    public HttpClient to(PeerName peer, URI address, Lane lane) {
        boolean secure = "https".equalsIgnoreCase(address.getScheme());
        TlsMaterial identity = material;
        if (identity == null) {
            if (secure) {
                throw new DroverException(
                        ErrorCode.NODE_UNREACHABLE,
                        peer + " is registered at " + address + ", and this controller has no section tls",
                        "add the section tls to this controller's configuration and start it again");
            }
            return plain;
        }
        if (!secure) {
            throw new DroverException(
                    ErrorCode.NODE_UNREACHABLE,
                    peer + " is registered at " + address + " without TLS, and this controller has a section tls:"
                            + " nothing was sent",
                    "give that daemon a section tls and a connector of type tls, and start it again");
        }
        Way way = new Way(peer, lane);
        int generation = identity.generation();
        Identified known = clients.get(way);
        if (known == null || known.generation() != generation) {
            HttpClient http = builder()
                    .sslContext(identity.client(peer))
                    .sslParameters(new SSLParameters(null, new String[] {TlsMaterial.PROTOCOL}))
                    .build();
            // calls under way end on the one before it
            known = clients.merge(
                    way,
                    new Identified(generation, http),
                    (before, now) -> before.generation() == generation ? before : now);
        }
        return known.http();
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .connectTimeout(connectLimit);
    }

    /**
     * What a call that has failed in the handshake has to do with certificates, and what can be done; empty of any other call.
     *
     * @param peer who was called
     */
    public Optional<Problem> explain(PeerName peer, Throwable failure) {
        TlsMaterial identity = material;
        if (identity == null || !TlsFault.isHandshake(failure)) {
            return Optional.empty();
        }
        return TlsFault.refusedHere(failure)
                .map(why -> new Problem(
                        "what answers as " + peer + " was refused, and was sent nothing: " + why,
                        "see that its address is registered right and that it has its own certificate"))
                .or(() -> TlsFault.refusedThere(failure)
                        .map(alert -> new Problem(
                                peer + " has refused this side's certificate "
                                        + Certificates.describe(identity.certificate()) + " (" + alert + ")",
                                "its log says why; look whether the certificate has expired and whether both sides"
                                        + " trust the same CA")))
                .or(() -> Optional.of(new Problem(
                        "no TLS connection with " + peer + ": " + TlsFault.text(failure),
                        "see that it has a connector of type tls at this address; its log may say more")));
    }

    /** What went wrong, and what a person can do. */
    public record Problem(String what, String hint) {}

    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "drover-peers-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
