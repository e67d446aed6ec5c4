/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dpkg installs, configures again, removes and purges the package, in a root directory of its own. */
class InstallationIT {
    @TempDir
    private Path root;

    @BeforeEach
    void anEmptySystem() throws IOException {
        // files get their owners
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
        write("etc/group", "root:x:0:\n");
        write("etc/shadow", "root:*:19000:0:99999:7:::\n");
        write("etc/gshadow", "root:*::\n");
        write("var/lib/dpkg/status", "");
        Files.createDirectories(root.resolve("var/lib/dpkg/updates"));
        Files.createDirectories(root.resolve("var/lib/dpkg/info"));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void installsAgainAndAgainAndPurgesAllButData() throws Exception {
        install();
        String passwd = Files.readString(root.resolve("etc/passwd"));
        assertThat(passwd).containsPattern("(?m)^drover:x:[0-9]+:[0-9]+:[^:]*:/nonexistent:/usr/sbin/nologin$");
        assertThat(root.resolve("var/lib/drover")).isEmptyDirectory();
        assertThat(root.resolve("usr/bin/drover")).isExecutable();
        assertThat(root.resolve("etc/systemd")).doesNotExist();

        write("etc/drover/token", "secret\n");
        write("var/lib/drover/agent/seal", "sealed\n");
        write("etc/systemd/system/multi-user.target.wants/drover-agent.service", "");
        install();
        assertThat(root.resolve("etc/passwd")).hasContent(passwd);

        dpkg("--remove", "drover");
        assertThat(root.resolve("usr/share/drover")).doesNotExist();
        dpkg("--purge", "drover");
        assertThat(root.resolve("etc/drover/token")).hasContent("secret");
        assertThat(root.resolve("var/lib/drover/agent/seal")).hasContent("sealed");
        assertThat(root.resolve("etc/systemd/system/multi-user.target.wants")).isEmptyDirectory();
        assertThat(root.resolve("etc/passwd")).hasContent(passwd);
    }

    @Test
    void leavesNothingWhereNobodyPutAnything() throws Exception {
        install();
        dpkg("--purge", "drover");
        assertThat(root.resolve("var/lib/drover")).doesNotExist();
        assertThat(root.resolve("etc/drover")).doesNotExist();
        assertThat(root.resolve("usr/share/man")).doesNotExist();
        assertThat(root.resolve("usr/bin/drover")).doesNotExist();
    }

    private void install() throws IOException, InterruptedException {
        dpkg("--install", DebianPackageIT.built().toString());
    }

    /** Runs the package's scripts on the directory, without the machine's services, users and dependencies. */
    private void dpkg(String action, String what) throws IOException, InterruptedException {
        Program.run(
                List.of(
                        "dpkg",
                        "--root=" + root,
                        "--force-script-chrootless",
                        "--force-depends",
                        "--log=/dev/null",
                        action,
                        what),
                Map.of("DEBIAN_FRONTEND", "noninteractive"));
    }
}
