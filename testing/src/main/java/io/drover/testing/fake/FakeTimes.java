/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.time.Duration;

/**
 * How long things take on the servers that do not exist.
 *
 * @param question a question to a server, there and back
 * @param commit writing a commit, during which its session holds the lock of the WAL
 * @param network until WAL arrives at a standby, unless a link says otherwise
 * @param start until a server takes logins
 * @param stop until its last process has ended
 * @param promotion from the request until it takes writes
 * @param copy a base backup
 * @param rewind a rewind
 * @param retry until a standby asks its primary again
 */
public record FakeTimes(
        Duration question,
        Duration commit,
        Duration network,
        Duration start,
        Duration stop,
        Duration promotion,
        Duration copy,
        Duration rewind,
        Duration retry) {
    /** As on two idle machines beside each other. */
    public static FakeTimes usual() {
        return new FakeTimes(
                Duration.ofNanos(100_000),
                Duration.ofNanos(200_000),
                Duration.ofNanos(300_000),
                Duration.ofMillis(200),
                Duration.ofMillis(50),
                Duration.ofMillis(30),
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                Duration.ofMillis(500));
    }

    /** With another time for a base backup. */
    public FakeTimes withCopy(Duration other) {
        return new FakeTimes(question, commit, network, start, stop, promotion, other, rewind, retry);
    }
}
