/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which machine this is, as far as that outlives a boot and does not travel with a copy of its disks.
 *
 * @param id of its installation (machine-id(5)): one that is made from a template gets another; null where there is none
 * @param cards the addresses that its network cards were made with: a clone in the same network has others. Those that are made up at a
 *     start, as containers and bridges have them, say nothing and are left out
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Machine(@Nullable String id, List<String> cards) {
    private static final String NO_ADDRESS = "(00:)*00";
    /** What the kernel says of a device's address, of which it is the first (include/uapi/linux/netdevice.h). */
    private static final String PERMANENT = "0";
    /** What systemd writes where the first boot is still to give the id. */
    private static final String NO_ID = "uninitialized";

    Machine {
        cards = List.copyOf(cards);
    }

    /**
     * Looks.
     *
     * @param root the directory that holds {@code etc} and {@code sys}
     */
    static Machine at(Path root) {
        String id = read(root.resolve("etc/machine-id"))
                .filter(text -> !text.isEmpty() && !text.equals(NO_ID))
                .orElse(null);
        return new Machine(id, cards(root.resolve("sys/class/net")));
    }

    private static List<String> cards(Path devices) {
        try (Stream<Path> names = Files.list(devices)) {
            return names.filter(Machine::isCard)
                    .flatMap(device -> read(device.resolve("address")).stream())
                    .filter(address -> !address.matches(NO_ADDRESS))
                    .sorted()
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean isCard(Path device) {
        return Files.exists(device.resolve("device"))
                && read(device.resolve("addr_assign_type")).filter(PERMANENT::equals).isPresent();
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            // a device that was taken away meanwhile, or a system without it
            return Optional.empty();
        }
    }

    /** Whether it is certainly another one; what is not known of both is no difference. One card that stays is enough. */
    boolean isOtherThan(Machine before) {
        boolean otherId = id != null && before.id != null && !id.equals(before.id);
        boolean otherCards =
                !cards.isEmpty() && !before.cards.isEmpty() && Collections.disjoint(cards, before.cards);
        return otherId || otherCards;
    }
}
