/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Gives the order to start a server to whoever runs it on this node. Nobody has to be asked to stop one: that goes by signals, and a
 * service manager sees its process end.
 */
interface ServerStart {
    /**
     * Gives the order. Returns when it is carried out or has failed.
     *
     * @return how it ended; a server may come up all the same
     */
    Commands.Result order(Duration limit);

    /** What the server prints. */
    Path logFile();
}
