/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

/** A running watch. */
public interface Watch extends AutoCloseable {
    /** Ends it; no further call begins afterwards. */
    @Override
    void close();
}
