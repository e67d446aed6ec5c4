/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ShardId;
import io.drover.daemon.access.AccessFile;
import io.drover.daemon.access.Caller;
import io.drover.daemon.access.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class TokenCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory = Path.of("");

    @Command(name = "drover")
    private static final class Main {}

    private int run(String... arguments) {
        CommandLine line = CommandLines.of(new Main());
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void whatItPrintsLetsItsTokenIn() throws IOException {
        Path file = directory.resolve("alice.token");

        int code =
                run("token", "alice", "--role", "viewer=*", "--role", "operator=orders_*,billing", "--out", file + "");

        assertThat(code).as(err.toString()).isZero();
        String token = Files.readString(file).strip();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(out.toString() + err).doesNotContain(token);
        Path access = directory.resolve("access.yml");
        Files.writeString(access, "callers:\n" + out);
        Files.setPosixFilePermissions(access, PosixFilePermissions.fromString("rw-r-----"));
        Caller alice = new AccessFile(access, Duration.ZERO)
                .find("Bearer " + token, Optional.empty())
                .orElseThrow();
        assertThat(alice.getName()).isEqualTo("alice");
        assertThat(alice.may(Role.OPERATOR, new ShardId("billing"))).isTrue();
        assertThat(alice.may(Role.OPERATOR, new ShardId("other"))).isFalse();
        assertThat(alice.mayEverywhere(Role.VIEWER)).isTrue();
    }

    @Test
    void asksForTheCertificateToo() {
        assertThat(run("token", "ci", "--role", "viewer=*", "--certificate", "ci_host", "--out", directory + "/t"))
                .isZero();
        assertThat(out.toString()).contains("certificate: \"ci_host\"");
    }

    @Test
    void overwritesNothing() throws IOException {
        Path file = Files.writeString(directory.resolve("t"), "somebody's");

        assertThat(run("token", "alice", "--role", "viewer=*", "--out", file + ""))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(Files.readString(file)).isEqualTo("somebody's");
        assertThat(err.toString()).contains("nothing was written");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a b, viewer=*, has no name",
        "alice, root=*, there are viewer",
        "alice, viewer, name the shards",
        "alice, viewer=../x, a pattern of shards",
        "alice, 'viewer=a,', a pattern of shards"
    })
    void refusesWhatTheControllerWouldRefuse(String name, String role, String why) {
        assertThat(run("token", name, "--role", role, "--out", directory + "/t"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(why);
        assertThat(directory).isEmptyDirectory();
    }
}
