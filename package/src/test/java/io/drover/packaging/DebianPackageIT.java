/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.drover.daemon.Drover;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The Debian package that this build has made: what it holds, and that what it holds works where it lies. */
class DebianPackageIT {
    private static final List<String> UNITS =
            List.of("drover-controller.service", "drover-agent.service", "drover-pgbouncer.service");

    @TempDir
    private static Path root;

    private static Path deb = Path.of("");

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        deb = built();
        Program.run("dpkg-deb", "-x", deb, root);
    }

    static Path built() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("package.directory")))) {
            List<Path> debs = files.filter(file -> file.getFileName().toString().matches("drover_.*_all\\.deb"))
                    .toList();
            assertThat(debs).hasSize(1);
            return debs.get(0);
        }
    }

    @Test
    void everythingBelongsToRootAndOnlyRootMayWriteIt() throws Exception {
        List<String> entries = Program.run("dpkg-deb", "-c", deb).lines().toList();
        assertThat(entries)
                .hasSizeGreaterThan(50)
                .allSatisfy(entry -> assertThat(entry).matches("[d-]rw[x-]r-[x-]r-[x-] root/root .*"));
        assertThat(entries)
                .anyMatch(entry -> entry.matches("-rwxr-xr-x .* \\./usr/bin/drover"))
                .anyMatch(entry -> entry.matches("drwxr-xr-x .* \\./etc/drover/"))
                .anyMatch(entry -> entry.matches("-rw-r--r-- .* \\./usr/share/drover/lib/drover-daemon-.*\\.jar"))
                .anyMatch(entry -> entry.matches("-rw-r--r-- .* \\./usr/share/doc/drover/copyright"))
                .noneMatch(entry -> entry.contains("./var/"));
    }

    @Test
    void everyJarOfTheClassPathIsThere() throws Exception {
        assertThat(names(root.resolve("usr/share/drover/lib")))
                .containsExactlyInAnyOrderElementsOf(names(Path.of("../daemon/target/dist/lib")));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void theCommandRunsWhereItLies() throws Exception {
        assertThat(Program.run(root.resolve("usr/bin/drover"), "move", "--help"))
                .contains("Usage: drover move");
        assertThat(Program.run(root.resolve("usr/bin/drover"), "--help")).contains("Usage: drover ", "agent");
    }

    @Test
    void bothSidesOfTheUnitsFitTogether() throws Exception {
        assertThat(names(root.resolve("lib/systemd/system"))).containsExactlyInAnyOrderElementsOf(UNITS);
        for (String unit : UNITS) {
            assertThat(unit(unit)).contains("NoNewPrivileges=yes", "ProtectSystem=strict", "SuccessExitStatus=143");
        }
        assertThat(unit("drover-controller.service")).contains("User=drover", "PrivateTmp=yes");
        // what would end PostgreSQL with its agent, hide it from the agent, or forbid it to compile
        assertThat(unit("drover-agent.service"))
                .contains("User=postgres", "KillMode=process", "OOMPolicy=continue")
                .noneMatch(line -> line.matches(
                        "(PrivateTmp|PrivateUsers|ProtectProc|ProcSubset|SystemCallFilter|MemoryDenyWriteExecute|OOMScoreAdjust"
                                + "|RemoveIPC|PrivateIPC|MemoryMax|CPUQuota|RuntimeDirectory)=.*"));
    }

    private static List<String> unit(String name) throws IOException {
        return Files.readAllLines(root.resolve("lib/systemd/system").resolve(name));
    }

    @Test
    void systemdReadsTheUnits() throws Exception {
        assumeThat(Program.exists("systemd-analyze")).isTrue();
        for (String unit : UNITS) {
            // the units of the targets that ours name are the machine's; the program is the unpacked one
            Path copy = Files.createDirectories(root.resolve("verified")).resolve(unit);
            Files.write(
                    copy,
                    unit(unit).stream()
                            .map(line -> line.replace("/usr/bin/drover", root + "/usr/bin/drover"))
                            .toList());
            assertThat(Program.run("systemd-analyze", "verify", "--man=no", copy)
                            .lines()
                            .filter(line -> line.contains(unit)))
                    .as("%s", unit)
                    .isEmpty();
        }
    }

    @Test
    void everyCommandHasAPageThatCanBeRead() throws Exception {
        assumeThat(Program.exists("man")).isTrue();
        List<CommandLine> lines = new ArrayList<>(List.of(Drover.commandLine()));
        for (int i = 0; i < lines.size(); i++) {
            lines.addAll(lines.get(i).getSubcommands().values());
        }
        assertThat(lines).hasSizeGreaterThan(20);
        for (CommandLine line : lines) {
            String name = ManPage.name(line.getCommandSpec());
            Path page = root.resolve("usr/share/man/man1/" + name + ".1.gz");
            String text = Program.run(
                    List.of("man", "--warnings", "-l", page.toString()), Map.of("MANPAGER", "cat", "MANWIDTH", "200"));
            assertThat(text.replaceAll("\\s+", " "))
                    .as("%s", name)
                    .contains("SYNOPSIS", line.getCommandSpec().qualifiedName())
                    .doesNotContain("warning:", "%n", "${");
        }
    }

    @Test
    void bashCompletesACommandAndAnOption() throws Exception {
        assertThat(completed("to")).contains("topology");
        assertThat(completed("move", "--dr")).contains("--dry-run");
    }

    private static String completed(String... words) throws Exception {
        return Program.run(
                "bash",
                "-c",
                ". \"$1\"; shift; COMP_WORDS=(drover \"$@\"); COMP_CWORD=$#; COMP_LINE=\"drover $*\";"
                        + " COMP_POINT=${#COMP_LINE}; _complete_drover; printf '%s\\n"
                        + "' \"${COMPREPLY[@]}\"",
                "bash",
                root.resolve("usr/share/bash-completion/completions/drover"),
                words[0],
                words.length > 1 ? words[1] : "");
    }

    @Test
    void lintianFindsNothing() throws Exception {
        assumeThat(Program.exists("lintian")).isTrue();
        // what is meant to be so is in src/deb/lintian, with the reason
        assertThat(Program.run("lintian", "--allow-root", "--fail-on", "error,warning", "--no-cfg", deb))
                .isBlank();
    }
}
