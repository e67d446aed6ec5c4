/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request that has come before (S7). Controllers give each request an id of its own, also when they send a command once more; so
 * an id that comes again is a copy of what somebody has seen on its way.
 *
 * <p>Of a command within a move the id is remembered while the agent runs: after that its token, which is on disk, refuses it as soon
 * as the move has gone on or has ended, and until then a repeat is harmless. One without a token, such as a purge, would never become
 * too old; so its id is on disk before it is carried out.
 */
final class Replays {
    /** The file in the state directory; no record of an instance is called so. */
    private static final String FILE = "requests";

    private static final int LATEST = 20_000;
    private static final int STORED = 2_000;
    private static final Pattern FORM = Pattern.compile("[0-9a-zA-Z-]{16,64}");

    private final StateFiles files;
    private final Recent latest = new Recent(LATEST);
    private final Recent stored = new Recent(STORED);

    /** So many ids as came last. */
    private static final class Recent {
        private final int most;
        private final Deque<String> order = new ArrayDeque<>();
        private final Set<String> ids = new HashSet<>();

        Recent(int most) {
            this.most = most;
        }

        /** Whether it is new. */
        boolean add(String id) {
            if (!ids.add(id)) {
                return false;
            }
            order.add(id);
            if (order.size() > most) {
                ids.remove(order.remove());
            }
            return true;
        }

        boolean knows(String id) {
            return ids.contains(id);
        }

        byte[] text() {
            return (String.join("\n", order) + "\n").getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Reads what a former agent of the node has stored. */
    Replays(StateFiles files) {
        this.files = files;
        if (!files.names().contains(FILE)) {
            return;
        }
        try {
            new String(files.read(FILE), StandardCharsets.UTF_8).lines().forEach(stored::add);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + FILE + " of the state directory", e);
        }
    }

    /**
     * Accepts a request once.
     *
     * @param id null from a controller that is older than this, whose requests cannot be told apart
     * @param lasting whether the id has to be on disk before the request is carried out
     * @throws DroverException REPLAYED, MALFORMED_REQUEST, or STORAGE_FAILED
     */
    synchronized void accept(String verb, @Nullable String id, boolean lasting) {
        if (id == null) {
            return;
        }
        if (!FORM.matcher(id).matches()) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the id of the request is no id; nothing was done",
                    "send the header " + AgentResource.REQUEST + " with a new random UUID, or leave it out");
        }
        if (stored.knows(id) || !latest.add(id)) {
            throw new DroverException(
                    ErrorCode.REPLAYED,
                    "this very request, " + verb + " with the id " + id + ", came before; nothing was done",
                    "a controller sends a command again under a new id: find out who has sent this copy");
        }
        if (lasting) {
            store(id);
        }
    }

    private void store(String id) {
        stored.add(id);
        try {
            files.replace(FILE, stored.text());
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.STORAGE_FAILED,
                    "cannot store the id of the request in " + FILE + " of the state directory: " + e
                            + "; nothing was done",
                    "make room on the disk of the agent's state directory, or mend it",
                    e);
        }
    }
}
