/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A machine to be booted.
 *
 * @param suite a release of Debian, such as {@code bookworm}; the engine has or can pull its image {@code debian:SUITE-slim}
 * @param name the machine's own name
 * @param place where it lies on a network of machines; null where it needs no fixed address
 * @param files what lies on its disk before its first boot, by path: who installs a machine gives it such things as the key of whoever
 *     may log in. Only their owner, root, may read them
 */
public record Machine(String suite, String name, @Nullable Place place, Map<String, String> files) {
    /** Makes the map unmodifiable. */
    public Machine {
        files = Map.copyOf(files);
    }

    /**
     * A place on a network.
     *
     * @param network which one
     * @param address an address of it that the machine keeps over each boot
     */
    public record Place(MachineNetwork network, String address) {}

    /** What the engine calls its container: with the network's name, so that two sets of machines do not meet. */
    @Nullable
    String containerName() {
        return place == null ? null : place.network().name() + "-" + name;
    }
}
