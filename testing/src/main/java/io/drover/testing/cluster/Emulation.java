/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A network and disks that are slower than this machine's.
 *
 * @param delaySwitch the program that stands between the members of the network
 * @param oneWay how long it holds each frame
 * @param slowDisk the library that is preloaded into the daemons, and through them into PostgreSQL
 * @param sync how long each flush takes at least
 * @param bytesPerSecond how much the disk of each member takes
 */
public record Emulation(Path delaySwitch, Duration oneWay, Path slowDisk, Duration sync, long bytesPerSecond) {}
