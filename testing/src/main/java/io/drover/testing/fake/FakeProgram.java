/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

/** A program that works on a directory; it outlives the agent that has started it. */
final class FakeProgram {
    boolean ended;
    /** Why it has failed; empty when it has not. */
    String failure = "";

    /** On the clock of its world. */
    long begun;

    long bytes;

    @Override
    public String toString() {
        return ended ? "ended: " + failure : bytes + " bytes";
    }

    void end(String why) {
        if (!ended) {
            ended = true;
            failure = why;
        }
    }
}
