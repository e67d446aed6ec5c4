/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

/**
 * Something that is in the way.
 *
 * @param id its number in {@code docs/pgbouncer.md}
 * @param blocks whether a move shall not begin its pause
 * @param message what is wrong and where
 * @param remedy what a person can do
 */
record PoolerFinding(String id, boolean blocks, String message, String remedy) {
    @Override
    public String toString() {
        return id + ": " + message + "; " + remedy;
    }
}
