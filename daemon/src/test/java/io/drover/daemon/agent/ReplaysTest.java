/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplaysTest {
    private static final String ONE = "1".repeat(64);
    private static final String OTHER = "2".repeat(64);

    @TempDir
    private Path directory = Path.of("");

    private Replays replays() {
        return new Replays(new StateDirectory(directory));
    }

    private static void assertRefused(Replays replays, String id, ErrorCode code) {
        assertThatThrownBy(() -> replays.accept("purge", id, ONE, true))
                .asInstanceOf(InstanceOfAssertFactories.throwable(DroverException.class))
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageContaining("nothing was done");
    }

    @Test
    void acceptsEachRequestOnce() {
        Replays replays = replays();
        String id = UUID.randomUUID().toString();

        replays.accept("seal", id, ONE, false);

        assertRefused(replays, id, ErrorCode.REPLAYED);
        assertThatCode(() -> replays.accept("seal", UUID.randomUUID().toString(), ONE, false))
                .doesNotThrowAnyException();
        assertThat(directory).as("no disk in the pause").isEmptyDirectory();
    }

    @Test
    void remembersWhatHasNoTokenAlsoInTheNextAgent() {
        String id = UUID.randomUUID().toString();
        replays().accept("purge", id, ONE, true);

        Replays next = replays();

        assertRefused(next, id, ErrorCode.REPLAYED);
        assertThatCode(() -> next.accept("purge", UUID.randomUUID().toString(), ONE, true))
                .doesNotThrowAnyException();
        assertRefused(replays(), id, ErrorCode.REPLAYED);
    }

    @Test
    void takesRequestsOfOlderControllers() {
        Replays replays = replays();
        replays.accept("purge", null, ONE, true);
        assertThatCode(() -> replays.accept("purge", null, ONE, true)).doesNotThrowAnyException();
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

    /** Whoever has seen an id gets no other command by, and what was stored before there were fingerprints counts as it did. */
    @Test
    void anIdIsOneRequestsAndNoOthers() throws Exception {
        String seen = UUID.randomUUID().toString();
        String old = UUID.randomUUID().toString();
        Files.writeString(directory.resolve("requests"), old + "\n");
        replays().accept("purge", seen, ONE, true);

        Replays next = replays();

        assertThatThrownBy(() -> next.accept("purge", seen, ONE, true)).hasMessageContaining("this very request");
        assertThatThrownBy(() -> next.accept("adopt", seen, OTHER, true))
                .hasMessageContaining("with another command, instance or sender");
        assertRefused(next, old, ErrorCode.REPLAYED);
    }

    @Test
    void forgetsTheOldestFirst() {
        Replays replays = replays();
        String first = UUID.randomUUID().toString();
        replays.accept("seal", first, ONE, false);
        for (int i = 1; i < 20_000; i++) {
            replays.accept("seal", UUID.randomUUID().toString(), ONE, false);
        }
        assertRefused(replays, first, ErrorCode.REPLAYED);
        replays.accept("seal", UUID.randomUUID().toString(), ONE, false);
        assertThatCode(() -> replays.accept("seal", first, ONE, false)).doesNotThrowAnyException();
    }

    @Test
    void aFingerprintIsOfCommandInstanceAndSender() {
        Sender sender = new Sender("id", null, "drover://controller/c1");
        InstanceId instance = new InstanceId("7");
        byte[] body = {1};
        String one = sender.fingerprint(instance, "purge", body);

        assertThat(new Sender("another id", "3", "drover://controller/c1").fingerprint(instance, "purge", body.clone()))
                .isEqualTo(one);
        assertThat(List.of(
                        sender.fingerprint(instance, "adopt", body),
                        sender.fingerprint(new InstanceId("8"), "purge", body),
                        sender.fingerprint(instance, "purge", new byte[] {2}),
                        new Sender("id", null, "drover://controller/c2").fingerprint(instance, "purge", body),
                        Sender.UNKNOWN.fingerprint(instance, "purge", body)))
                .doesNotContain(one)
                .doesNotHaveDuplicates();
    }
}
