/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Remembers that this agent was refused its node. An agent may act on what it has on its disk while ZooKeeper is away (rule R8); not one
 * that was told that another has its node, and that is started again and again until ZooKeeper happens to be away.
 */
final class RefusedClaim {
    /** The file in the state directory; no record of an instance is called so. */
    static final String FILE = "refused";

    private final StateFiles files;

    RefusedClaim(StateFiles files) {
        this.files = files;
    }

    /** Takes the claim of a node. */
    @FunctionalInterface
    interface Claim {
        /**
         * Takes it, or finds that nobody can be asked.
         *
         * @return whether it is held
         * @throws DroverException IDENTITY_MISMATCH when another has it
         */
        boolean take();
    }

    /**
     * Takes the claim, and lets nobody go on without it who was refused before.
     *
     * @return whether it is held
     * @throws DroverException IDENTITY_MISMATCH when another agent has the node, or had it when somebody could be asked last
     */
    boolean take(Claim claim) {
        boolean held;
        try {
            held = claim.take();
        } catch (DroverException e) {
            if (e.code() == ErrorCode.IDENTITY_MISMATCH) {
                store(e.getMessage());
            }
            throw e;
        }
        String before = before();
        if (held && !before.isEmpty()) {
            store("");
        } else if (!before.isEmpty()) {
            throw new DroverException(
                    ErrorCode.IDENTITY_MISMATCH,
                    "this agent was refused when it could ask last (" + before
                            + "), and ZooKeeper does not answer now: it starts nothing",
                    "it goes on by itself as soon as ZooKeeper answers and the node is free; a node has one agent");
        }
        return held;
    }

    private String before() {
        try {
            return files.names().contains(FILE) ? new String(files.read(FILE), StandardCharsets.UTF_8).strip() : "";
        } catch (IOException e) {
            return "what was stored of it cannot be read: " + e;
        }
    }

    private void store(String why) {
        try {
            files.replace(FILE, (why + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.STORAGE_FAILED,
                    "cannot write " + FILE + " in the state directory: " + e
                            + (why.isEmpty() ? "" : "; what it would hold: " + why),
                    "make room on the disk of the agent's state directory, or mend it",
                    e);
        }
    }
}
