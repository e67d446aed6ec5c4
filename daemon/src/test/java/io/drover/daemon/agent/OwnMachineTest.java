/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnMachineTest {
    private static final Machine HERE = new Machine("a", List.of("1"));
    private static final Machine CLONE = new Machine("a", List.of("2"));

    @TempDir
    private Path directory = Path.of("");

    /** Each agent is a new process. */
    private void start(Machine machine, boolean claimHeld) {
        new OwnMachine(new StateDirectory(directory), machine).check(claimHeld);
    }

    private void assertRefused(Machine machine) {
        assertThatThrownBy(() -> start(machine, false))
                .isInstanceOfSatisfying(DroverException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISMATCH);
                    assertThat(e.hint().orElseThrow())
                            .contains("as soon as ZooKeeper answers", "remove the file machine");
                })
                .hasMessageContaining("ZooKeeper does not answer");
    }

    /** Rule R8: nothing but ZooKeeper is away. */
    @Test
    void theMachineOfTheLastClaimGoesOnWithoutZooKeeper() {
        start(HERE, true);

        start(HERE, false);
        start(HERE, false);
    }

    @Test
    void anotherOneStartsNothingUntilItHasTheClaim() {
        start(HERE, true);

        assertRefused(CLONE);
        assertRefused(CLONE);
        start(CLONE, true);
        start(CLONE, false);
        assertRefused(HERE);
    }

    /** As a person may who knows that the other one is gone; or an agent of before, who has never written one. */
    @Test
    void whereNoMachineIsNamedNobodyIsAnother() throws IOException {
        start(HERE, true);
        Files.delete(directory.resolve(OwnMachine.FILE));

        start(CLONE, false);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatCannotBeReadIsNoLeaveToGoOnAndIsWrittenAnew() throws IOException {
        Files.writeString(directory.resolve(OwnMachine.FILE), "{");

        assertRefused(HERE);
        start(HERE, true);
        start(HERE, false);
    }

    @Test
    void aFullDiskKeepsNobodyWhoHasTheClaimFromStarting() {
        StateFiles full = new StateFiles() {
            @Override
            public List<String> names() {
                return List.of(OwnMachine.FILE);
            }

            @Override
            public byte[] read(String name) {
                return Json.bytes(CLONE);
            }

            @Override
            public void replace(String name, byte[] content) throws IOException {
                throw new IOException("No space left on device");
            }
        };

        assertThatCode(() -> new OwnMachine(full, HERE).check(true)).doesNotThrowAnyException();
    }
}
