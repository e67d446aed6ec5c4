/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of itself beside its command.
 *
 * @param request its id; null from a controller that is older than these
 * @param leader the leader epoch under which it was sent, when it has no token that holds one; null from an older controller
 * @param certificate the Drover name in the certificate that was shown; null without TLS
 */
record Sender(
        @Nullable String request,
        @Nullable String leader,
        @Nullable String certificate) {
    /** Of a request of which nothing is known. */
    static final Sender UNKNOWN = new Sender(null, null, null);

    /**
     * Its id. Whoever shows a certificate is of a version that gives each request one.
     *
     * @throws DroverException MALFORMED_REQUEST
     */
    Optional<String> id() {
        if (request == null && certificate != null) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the request of " + certificate
                            + " has no id, so that a copy of it could not be told; nothing was done",
                    "send the header " + AgentResource.REQUEST + " with a new random UUID");
        }
        return Optional.ofNullable(request);
    }

    /**
     * Under which leadership it was sent. It has to be told where a certificate is shown: what has no token would otherwise be taken from
     * a controller that does not lead any more.
     *
     * @throws DroverException MALFORMED_REQUEST
     */
    Optional<LeaderEpoch> leadership() {
        if (leader == null && certificate != null) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the request of " + certificate + " says neither by a token nor by itself under which leadership it"
                            + " was sent; nothing was done",
                    "send the header " + AgentResource.LEADER + " with the leader epoch");
        }
        try {
            return Optional.ofNullable(leader).map(Long::valueOf).map(LeaderEpoch::new);
        } catch (IllegalArgumentException e) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the header " + AgentResource.LEADER + " holds no leader epoch; nothing was done",
                    "send the number of the present leadership, or leave it out",
                    e);
        }
    }

    /** Tells a copy of a request from another one that bears its id: the command, what it is for, and who sends it. */
    String fingerprint(InstanceId instance, String verb, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((instance + "/" + verb + "\n" + certificate + "\n").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("BUG: every Java has SHA-256", e);
        }
    }
}
