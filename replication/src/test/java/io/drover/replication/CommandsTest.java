/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void keepsOutputAndErrorsApart() {
        Commands.Result result =
                Commands.attempt(List.of("/bin/sh", "-c", "echo out; echo err >&2; exit 3"), Map.of(), LIMIT);

        assertThat(result).isEqualTo(new Commands.Result(3, "out\n", "err\n"));
    }

    @Test
    void namesTheProgramAndItsLastWords() {
        assertThatThrownBy(() -> Commands.run(List.of("/bin/sh", "-c", "echo no disk >&2; exit 1"), LIMIT))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_FAILED))
                .hasMessage("sh failed with exit status 1: no disk");
    }

    @Test
    void endsAProgramAtItsLimit() {
        assertThatThrownBy(() -> Commands.run(List.of("/bin/sleep", "60"), Duration.ofMillis(100)))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
    }

    @Test
    void givesAProgramAnEnvironmentOfItsOwn() {
        Commands.Result result = Commands.run(List.of("/usr/bin/env"), Map.of("PGPASSFILE", "/p"), LIMIT);

        Set<String> names = result.stdout()
                .lines()
                .map(line -> line.substring(0, line.indexOf('=')))
                .collect(Collectors.toSet());
        assertThat(names)
                .contains("PATH", "LC_ALL", "PGPASSFILE")
                .isSubsetOf(
                        "PATH",
                        "LC_ALL",
                        "PGPASSFILE",
                        "HOME",
                        "USER",
                        "LOGNAME",
                        "TZ",
                        "LD_LIBRARY_PATH",
                        "LD_PRELOAD");
        assertThat(System.getenv()).as("there was more to leave out").hasSizeGreaterThan(names.size());
    }

    /** What an agent does whose starter became PostgreSQL's user and left his own HOME: libpq would look for his certificates. */
    public static final class Agent {
        public static void main(String[] arguments) throws IOException {
            Files.writeString(
                    Path.of(arguments[0]),
                    Commands.run(List.of("/usr/bin/env"), LIMIT).stdout());
        }
    }

    @Test
    void aProgramIsAtHomeWhereItsUserIsAndNotWhereTheStarterWas(@TempDir Path directory) throws IOException {
        Path seen = directory.resolve("environment");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Commands.run(
                List.of(java, "-cp", System.getProperty("java.class.path"), Agent.class.getName(), seen.toString()),
                Map.of("HOME", "/home/of/the/starter"),
                LIMIT);
        String user = Commands.run(List.of("/usr/bin/getent", "passwd", System.getProperty("user.name")), LIMIT)
                .stdout()
                .strip();

        assertThat(Files.readString(seen).lines()).contains("HOME=" + user.split(":", -1)[5]);
    }

    /** No shell between an argument and its program. */
    @Test
    void anArgumentStaysOneWhateverIsInIt() {
        HostileText.SAMPLES.stream()
                .filter(sample -> sample.chars().allMatch(each -> each > 0 && each < 128))
                .forEach(sample -> assertThat(Commands.run(List.of("/usr/bin/printf", "%s|", "x" + sample), LIMIT)
                                .stdout()
                                .replace("\n", ""))
                        .isEqualTo(("x" + sample + "|")
                                .replace("\r\n", "\n")
                                .replace("\n", "")
                                .replace("\r", "")));
    }

    @Test
    void readsAllOfALongOutput() {
        List<String> lines = new ArrayList<>();

        Commands.Result result = Commands.stream(
                Commands.builder(List.of("/bin/sh", "-c", "seq 1 200000"), Map.of()), LIMIT, lines::add);

        assertThat(result.exitCode()).isZero();
        assertThat(lines).hasSize(200_000).endsWith("200000");
    }

    @Test
    void usesNothingOfAnOutputThatCannotBeTaken() {
        assertThatThrownBy(() -> Commands.stream(
                        Commands.builder(List.of("/bin/echo", "no number"), Map.of()), LIMIT, Integer::parseInt))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_FAILED));
    }

    @Test
    void runsInTheLocaleThatTheTextsAreReadIn() {
        assertThat(Commands.run(List.of("/bin/sh", "-c", "echo $LC_ALL$PGHOST"), LIMIT)
                        .stdout())
                .isEqualTo("C\n");
    }

    @Test
    void expandsAnArchiveCommandAsPostgresDoes() {
        assertThat(Archive.expand("cp %p /archive/%f # 100%% %x %", "000000010000000000000003"))
                .isEqualTo("cp pg_wal/000000010000000000000003 /archive/000000010000000000000003 # 100% %x %");
    }

    @Test
    void readsTheVersionOfTheServer() {
        assertThat(PostgresBinaries.parseVersion("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"))
                .isEqualTo(150018);
        assertThat(PostgresBinaries.parseVersion("postgres (PostgreSQL) 18beta1\n"))
                .isEqualTo(180000);
    }

    @Test
    void quotesArgumentsForTheShellOfPgCtl() {
        String quoted = PgCtlStart.shellQuoted("a b'c$d");

        assertThat(Commands.run(List.of("/bin/sh", "-c", "printf %s " + quoted), LIMIT)
                        .stdout())
                .isEqualTo("a b'c$d\n");
    }
}
