/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.topology.DocumentStore;
import io.drover.topology.LeaderTransaction;
import io.drover.topology.Versioned;
import io.drover.topology.ZkLayout;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Callers' keys: the same key with the same request means the same move, for a day. */
final class Idempotency {
    private static final Duration KEPT = Duration.ofHours(24);

    private final DocumentStore documents;
    private final Clock clock;

    Idempotency(DocumentStore documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /** What is stored under a key. */
    record Remembered(String request, MoveId move, Instant at) {}

    /** The move that the key stands for. */
    Optional<MoveId> find(String key, MoveRequest request) {
        Optional<Remembered> remembered = fresh(key).map(Versioned::value);
        if (remembered.isPresent() && !remembered.orElseThrow().request().equals(text(request))) {
            throw new DroverException(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "this idempotency key started move "
                            + remembered.orElseThrow().move() + " with another body",
                    "use a new key for a new request");
        }
        return remembered.map(Remembered::move);
    }

    void remember(LeaderTransaction transaction, String key, MoveIdentity identity) {
        Remembered remembered = new Remembered(text(identity.request()), identity.id(), identity.createdAt());
        var node = ZkLayout.idempotency(key, Remembered.class);
        Optional<Versioned<Remembered>> expired = documents.read(node);
        if (expired.isPresent()) {
            transaction.set(node, expired.orElseThrow(), remembered);
        } else {
            transaction.create(node, remembered);
        }
    }

    private Optional<Versioned<Remembered>> fresh(String key) {
        return documents
                .read(ZkLayout.idempotency(key, Remembered.class))
                .filter(stored -> stored.value().at().plus(KEPT).isAfter(clock.instant()));
    }

    private static String text(MoveRequest request) {
        return new String(Json.bytes(request), StandardCharsets.UTF_8);
    }
}
