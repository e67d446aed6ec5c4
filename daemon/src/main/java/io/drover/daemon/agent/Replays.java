/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
        private final Map<String, String> fingerprints = new LinkedHashMap<>();

        Recent(int most) {
            this.most = most;
        }

        void add(String id, String fingerprint) {
            fingerprints.put(id, fingerprint);
            if (fingerprints.size() > most) {
                fingerprints.keySet().remove(fingerprints.keySet().iterator().next());
            }
        }

        /** What the id came with; empty when it never came, an empty text when an older agent has stored the id alone. */
        Optional<String> find(String id) {
            return Optional.ofNullable(fingerprints.get(id));
        }

        byte[] text() {
            StringBuilder text = new StringBuilder();
            fingerprints.forEach((id, fingerprint) ->
                    text.append(id).append(' ').append(fingerprint).append('\n'));
            return text.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Reads what a former agent of the node has stored. */
    Replays(StateFiles files) {
        this.files = files;
        if (!files.names().contains(FILE)) {
            return;
        }
        try {
            new String(files.read(FILE), StandardCharsets.UTF_8).lines().forEach(line -> {
                String[] parts = line.split(" ", 2);
                stored.add(parts[0], parts.length > 1 ? parts[1] : "");
            });
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + FILE + " of the state directory", e);
        }
    }

    /**
     * Accepts a request once. An id is one request's: with another command, or from somebody else, it is refused, too.
     *
     * @param id null from a controller that is older than this, whose requests cannot be told apart
     * @param fingerprint of the command, its instance and its sender
     * @param lasting whether the id has to be on disk before the request is carried out
     * @throws DroverException REPLAYED, MALFORMED_REQUEST, or STORAGE_FAILED
     */
    synchronized void accept(String verb, @Nullable String id, String fingerprint, boolean lasting) {
        if (id == null) {
            return;
        }
        if (!FORM.matcher(id).matches()) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "the id of the request is no id; nothing was done",
                    "send the header " + AgentResource.REQUEST + " with a new random UUID");
        }
        stored.find(id).or(() -> latest.find(id)).ifPresent(before -> {
            boolean same = before.isEmpty() || before.equals(fingerprint);
            throw new DroverException(
                    ErrorCode.REPLAYED,
                    (same
                                    ? "this very request, " + verb + " with the id " + id + ", came before"
                                    : "the id " + id + " of this " + verb
                                            + " came before, with another command, instance or sender")
                            + "; nothing was done",
                    "a controller sends a command again under a new id: find out who has sent this copy");
        });
        latest.add(id, fingerprint);
        if (lasting) {
            store(id, fingerprint);
        }
    }

    private void store(String id, String fingerprint) {
        stored.add(id, fingerprint);
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
