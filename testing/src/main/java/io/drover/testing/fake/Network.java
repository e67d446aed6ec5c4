/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Decides what becomes of each message between a client and a fake server. Asked under a monitor: must not wait. */
@FunctionalInterface
public interface Network {
    /** Everything arrives at once. */
    Network PERFECT = message -> Fate.AT_ONCE;

    /** What becomes of a message. Asked once for each, in the order of their sending. */
    Fate fate(Message message);

    /** Where a message goes. */
    enum Kind {
        /** From the client to the server. */
        REQUEST,
        /** From the server to the client, for a request that has been carried out or refused. */
        ANSWER,
        /** From the server to the client, because of a watch. */
        EVENT
    }

    /**
     * A message that sets out.
     *
     * @param client name of the client that sends it or that it is for
     * @param operation such as {@code transact}, {@code read} or {@code create}; {@code changed} for an event
     * @param path the znode; for a transaction the first one
     */
    record Message(String client, Kind kind, String operation, String path) {
        public Message {
            requireNonNull(client, "client is null");
            requireNonNull(kind, "kind is null");
            requireNonNull(operation, "operation is null");
            requireNonNull(path, "path is null");
        }
    }

    /**
     * What becomes of a message. None overtakes another of the same direction: one that comes soon waits for those before it.
     *
     * @param lost whether it never arrives; then the connection is lost with it
     * @param after how long it takes, or how long until the client notices the loss
     */
    record Fate(boolean lost, Duration after) {
        /** It arrives at once; an answer then comes on the thread that asked, if nothing is under way before it. */
        public static final Fate AT_ONCE = new Fate(false, Duration.ZERO);

        public Fate {
            if (after.isNegative()) {
                throw new IllegalArgumentException("no message arrives before it is sent: " + after);
            }
        }

        /** It takes so long. */
        public static Fate in(Duration time) {
            return new Fate(false, time);
        }

        /** It never arrives, and the client notices at once that the connection is cut. */
        public static Fate loss() {
            return new Fate(true, Duration.ZERO);
        }
    }
}
