/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.daemon.agent.StateDirectory;
import io.drover.daemon.agent.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state files in a directory. */
final class RealStateFilesTest extends StateFilesContract {
    private static final String NAME = "7300000000000000003.json";

    @TempDir
    private Path directory;

    @Override
    StateFiles open() {
        return new StateDirectory(directory);
    }

    @Override
    StateFiles reopen() {
        return new StateDirectory(directory);
    }

    private Path draft(String name) {
        return directory.resolve(name + ".new");
    }

    /** Something is in the way of its draft. */
    @Override
    void refuse(String name) throws IOException {
        Files.createDirectories(draft(name).resolve("in the way"));
    }

    @Override
    void allow(String name) throws IOException {
        Files.delete(draft(name).resolve("in the way"));
        Files.delete(draft(name));
    }

    /** The fake has no moment in which one could die; what a real one leaves must look as if it had not begun. */
    @Test
    void theDraftOfAnAgentThatDiedIsNoFileAndNotInTheWay() throws IOException {
        StateFiles files = open();
        files.replace(NAME, "old".getBytes(UTF_8));
        Files.writeString(draft(NAME), "{\"torn");

        assertThat(reopen().names()).containsExactly(NAME);
        assertThat(reopen().read(NAME)).asString(UTF_8).isEqualTo("old");

        reopen().replace(NAME, "new".getBytes(UTF_8));
        assertThat(reopen().read(NAME)).asString(UTF_8).isEqualTo("new");
        assertThat(draft(NAME)).doesNotExist();
    }
}
