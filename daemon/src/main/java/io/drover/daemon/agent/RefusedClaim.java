/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.topology.NodeClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers that this agent was refused its node. An agent may act on what it has on its disk while ZooKeeper is away (rule R8); not one
 * that was told that another has its node, and that is started again and again until ZooKeeper, or the other one, happens to be away.
 *
 * <pre>
 * on disk       since                                      and then
 * refused-once  the first refusal: it may be by the        nothing is done without ZooKeeper; the claim is taken when it is
 *               session of this machine's own last agent   free, and then this is forgotten
 * refused       the other one was seen to be alive         nothing is done any more until a person takes the file away
 * </pre>
 */
final class RefusedClaim implements NodeClaim.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedClaim.class);

    /** The files in the state directory; no record of an instance is called so. */
    static final String FILE = "refused";

    static final String ONCE = "refused-once";

    private static final String REMEDY =
            "find out which of the two machines is the node. Stop the other one's agent and PostgreSQL for"
                    + " good; then remove the file " + FILE
                    + " from the stateDir of the one that is right, and start its agent. The clone"
                    + " of a machine gets a node id and a certificate of its own, and an empty stateDir";
    private static final String UNREADABLE = "what was stored of it cannot be read: ";
    private static final String WHAT_TO_DO = "this agent was refused its node by one that is alive. What to do: {}";

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
     * Takes the claim, and lets nobody go on without it who was refused before. Whoever takes it tells of it here, too.
     *
     * @return whether it is held
     * @throws DroverException IDENTITY_MISMATCH when another agent has the node, or had it when somebody could be asked last
     */
    boolean take(Claim claim) {
        String forGood = stored(FILE);
        if (!forGood.isEmpty()) {
            LOG.error(WHAT_TO_DO, REMEDY);
            throw new DroverException(
                    ErrorCode.IDENTITY_MISMATCH,
                    "this agent was refused when it could ask last, and the other one was alive (" + forGood
                            + "): it starts nothing, and does not take the node when that is free",
                    REMEDY);
        }
        boolean held = claim.take();
        String once = stored(ONCE);
        if (!held && !once.isEmpty()) {
            throw new DroverException(
                    ErrorCode.IDENTITY_MISMATCH,
                    "this agent was refused when it could ask last (" + once
                            + "), and ZooKeeper does not answer now: it starts nothing",
                    "it goes on by itself as soon as ZooKeeper answers and the node is free; a node has one agent");
        }
        return held;
    }

    @Override
    public void refused(String why, boolean lasts) {
        String file = lasts ? FILE : ONCE;
        String known = stored(file);
        if (known.isEmpty() || known.startsWith(UNREADABLE)) {
            store(file, why);
        }
        if (lasts) {
            LOG.error(WHAT_TO_DO, REMEDY);
            // one file for a person to remove
            forgetOnce();
        }
    }

    @Override
    public void held() {
        forgetOnce();
    }

    private void forgetOnce() {
        if (!stored(ONCE).isEmpty()) {
            store(ONCE, "");
        }
    }

    private String stored(String file) {
        try {
            return files.names().contains(file) ? new String(files.read(file), StandardCharsets.UTF_8).strip() : "";
        } catch (IOException | UncheckedIOException e) {
            return UNREADABLE + e;
        }
    }

    /** Who is refused ends, whatever becomes of this. */
    private void store(String file, String why) {
        try {
            files.replace(file, (why + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.error(
                    "cannot write {} in the state directory, so this is not known at the next start: {}. Make room on its disk, or mend it",
                    file,
                    why.isEmpty() ? "the node is this agent's" : why,
                    e);
        }
    }
}
