/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

/** A world has gone wrong somewhere else than in its main strand. */
public final class SimulationFailure extends Error {
    private static final long serialVersionUID = 1L;

    SimulationFailure(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
