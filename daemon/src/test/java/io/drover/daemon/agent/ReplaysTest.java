/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplaysTest {
    @TempDir
    private Path directory = Path.of("");

    private Replays replays() {
        return new Replays(new StateDirectory(directory));
    }

    private static void assertRefused(Replays replays, String id, ErrorCode code) {
        assertThatThrownBy(() -> replays.accept("purge", id, true))
                .asInstanceOf(InstanceOfAssertFactories.throwable(DroverException.class))
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageContaining("nothing was done");
    }

    @Test
    void acceptsEachRequestOnce() {
        Replays replays = replays();
        String id = UUID.randomUUID().toString();

        replays.accept("seal", id, false);

        assertRefused(replays, id, ErrorCode.REPLAYED);
        assertThatCode(() -> replays.accept("seal", UUID.randomUUID().toString(), false))
                .doesNotThrowAnyException();
        assertThat(directory).as("no disk in the pause").isEmptyDirectory();
    }

    @Test
    void remembersWhatHasNoTokenAlsoInTheNextAgent() {
        String id = UUID.randomUUID().toString();
        replays().accept("purge", id, true);

        Replays next = replays();

        assertRefused(next, id, ErrorCode.REPLAYED);
        assertThatCode(() -> next.accept("purge", UUID.randomUUID().toString(), true))
                .doesNotThrowAnyException();
        assertRefused(replays(), id, ErrorCode.REPLAYED);
    }

    @Test
    void takesRequestsOfOlderControllers() {
        Replays replays = replays();
        replays.accept("purge", null, true);
        assertThatCode(() -> replays.accept("purge", null, true)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "0badf00d-0000-0000-0000-0000\n00000000", "../../../../../../etc/passwd"})
    void refusesWhatIsNoId(String id) {
        assertRefused(replays(), id, ErrorCode.MALFORMED_REQUEST);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void doesNothingWhatItCannotRemember() throws Exception {
        Replays replays = replays();
        Files.createDirectory(directory.resolve("requests.new"));
        Files.createFile(directory.resolve("requests.new/occupied"));

        assertRefused(replays, UUID.randomUUID().toString(), ErrorCode.STORAGE_FAILED);
    }
}
