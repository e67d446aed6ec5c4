/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

/**
 * One copy.
 *
 * @param round counted from 1: the same for all series that took turns
 * @param bytes of the files that arrived
 * @param copySeconds from the start of the base backup to its end
 * @param wholeSeconds the same with the proof of every file against the manifest
 * @param before what the writers reached in the seconds before
 * @param during what they reached while the base backup ran
 */
record Copied(int round, long bytes, double copySeconds, double wholeSeconds, Writes before, Writes during) {
    /** How fast the files came. */
    double bytesPerSecond() {
        return bytes / copySeconds;
    }

    /** The same with the proof. */
    double wholeBytesPerSecond() {
        return bytes / wholeSeconds;
    }
}
