/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

/** A load that tells what its clients saw of a switch. */
public interface ObservedLoad extends AutoCloseable {
    /** Before each switch, while nothing is measured: mends what the one before has broken. */
    void prepare();

    /**
     * What the clients saw: the gaps that touch the switch or the two seconds on either side. Waits until every one of them writes
     * again, so that no gap is cut off.
     *
     * @param fence when writes were first held, by {@link System#nanoTime()}
     * @param serving when the new primary was open to them
     * @throws IllegalStateException when one of them does not write any more
     */
    Observed observed(long fence, long serving);

    /** Calls of the application that ended with an exception, or whose commit was not promised. */
    long errors();

    @Override
    void close();
}
