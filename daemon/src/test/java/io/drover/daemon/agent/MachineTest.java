/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {
    private static final String ONE = "52:54:00:00:00:01";
    private static final String TWO = "52:54:00:00:00:02";

    @TempDir
    private Path root = Path.of("");

    private void device(String name, String address, String assigned, boolean isHardware) throws IOException {
        Path device = Files.createDirectories(root.resolve("sys/class/net").resolve(name));
        Files.writeString(device.resolve("address"), address + "\n");
        Files.writeString(device.resolve("addr_assign_type"), assigned + "\n");
        if (isHardware) {
            Files.createDirectory(device.resolve("device"));
        }
    }

    @Test
    void isKnownByItsIdAndByTheCardsThatItWasMadeWith() throws IOException {
        Files.writeString(Files.createDirectory(root.resolve("etc")).resolve("machine-id"), "3d12\n");
        device("eth1", TWO, "0", true);
        device("eth0", ONE, "0", true);
        device("lo", "00:00:00:00:00:00", "0", false);
        device("br0", "02:42:ec:be:60:40", "3", false);
        device("veth1", "36:f1:b7:e8:c5:55", "1", false);
        device("eth2", "36:f1:b7:e8:c5:56", "1", true);
        device("eth3", "00:00:00:00:00:00", "0", true);
        device("tunl0", "52:54:00:00:00:03", "0", false);

        assertThat(Machine.at(root)).isEqualTo(new Machine("3d12", List.of(ONE, TWO)));
    }

    @Test
    void oneThatTellsNothingIsNobodys() throws IOException {
        assertThat(Machine.at(root)).isEqualTo(new Machine(null, List.of()));
        Path id = Files.createDirectory(root.resolve("etc")).resolve("machine-id");
        for (String nothing : List.of("uninitialized\n", "\n", "")) {
            Files.writeString(id, nothing);
            assertThat(Machine.at(root).id()).as(nothing).isNull();
        }
    }

    /** Rule R8: a card that was replaced among others, or is not there yet, keeps nobody from starting. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "a, 1, a, 1, false",
                "a, 1, b, 1, true",
                "a, 1, a, 2, true",
                "a, 1 2, a, 2 3, false",
                "a, 1, a, '', false",
                "a, '', a, 1, false",
                "-, 1, a, 1, false",
                "a, 1, -, 1, false",
                "-, '', -, '', false",
                "-, 1, -, 2, true",
            })
    void isAnotherOneWhenIdOrCardsAreKnownAndDiffer(
            @Nullable String idBefore, String before, @Nullable String id, String now, boolean other) {
        Machine first = new Machine(idBefore, before.isEmpty() ? List.of() : List.of(before.split(" ")));
        Machine second = new Machine(id, now.isEmpty() ? List.of() : List.of(now.split(" ")));

        assertThat(second.isOtherThan(first)).isEqualTo(other);
    }
}
