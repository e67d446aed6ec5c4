/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ties what an agent has on its disk to the machine on which ZooKeeper last said that it is the one of its node. A grant was given to
 * that machine, not to a copy of its disks: without ZooKeeper it counts there only (rules R7 and R8).
 */
final class OwnMachine {
    private static final Logger LOG = LoggerFactory.getLogger(OwnMachine.class);
    /** The file in the state directory; no record of an instance is called so. */
    static final String FILE = "machine";

    private final StateFiles files;
    private final Machine here;

    OwnMachine(StateFiles files, Machine here) {
        this.files = files;
        this.here = here;
    }

    /**
     * Remembers this machine when the claim of the node is held on it, and lets nobody go on without the claim on another one.
     *
     * @throws DroverException IDENTITY_MISMATCH when nobody could be asked, and the state directory is another machine's
     */
    void check(boolean claimHeld) {
        if (claimHeld) {
            remember();
            return;
        }
        Optional<Machine> before;
        try {
            before = before();
        } catch (IOException | UncheckedIOException e) {
            throw foreign("cannot be said to be this machine's, since " + FILE + " cannot be read: " + e.getMessage());
        }
        if (before.filter(here::isOtherThan).isPresent()) {
            throw foreign("is another machine's");
        }
    }

    private static DroverException foreign(String whose) {
        return new DroverException(
                ErrorCode.IDENTITY_MISMATCH,
                "what this agent has in its state directory " + whose
                        + ", and ZooKeeper does not answer, which knows whether that one lives: it starts nothing",
                "it goes on by itself as soon as ZooKeeper answers and the node is free. When this machine stands in for one"
                        + " that is off for good, and cannot wait for ZooKeeper: remove the file " + FILE
                        + " from stateDir and start the agent");
    }

    private Optional<Machine> before() throws IOException {
        return files.names().contains(FILE)
                ? Optional.of(Json.read(files.read(FILE), Machine.class))
                : Optional.empty();
    }

    /**
     * Remembers this machine: the claim is held on it. A full disk does not keep an agent from looking after its node: then what was
     * stored before goes on to count.
     */
    void remember() {
        try {
            if (before().filter(here::equals).isPresent()) {
                return;
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} in the state directory cannot be read and is written anew: {}", FILE, e.getMessage());
        }
        try {
            files.replace(FILE, Json.bytes(here));
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be written into the state directory, so while ZooKeeper is away a start may be refused here: {}",
                    FILE,
                    e.toString());
        }
    }
}
