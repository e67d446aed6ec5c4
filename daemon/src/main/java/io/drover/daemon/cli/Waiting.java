/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The one place of the command line that lets time pass. */
final class Waiting {
    private Waiting() {}

    /** Gives a controller time before it is asked again. */
    static void between(Duration pause) {
        LockSupport.parkNanos(pause.toNanos());
    }
}
