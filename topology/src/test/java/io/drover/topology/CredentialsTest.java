/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void choose() {
        file = directory.resolve("credentials");
    }

    private Path write(String text) throws IOException {
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void hashesAsZooKeeperDoes() throws Exception {
        write("# who this is\n\ncontroller:s3:cret\n");

        assertThat(Credentials.read(file).digests())
                .containsExactly(DigestAuthenticationProvider.generateDigest("controller:s3:cret"));
        assertThat(Credentials.read(file)).hasToString("Credentials of [controller]");
    }

    @Test
    void refusesAFileThatOthersMayRead() throws Exception {
        write("controller:secret\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> Credentials.read(file)).hasMessageContaining("set its mode to 0600");
    }

    @Test
    void refusesWhatIsNoCredentialAndTellsNoPassword() throws Exception {
        write("controller:fine\nsecretwithoutuser\n");
        assertThatThrownBy(() -> Credentials.read(file))
                .hasMessageContaining("entry 2")
                .hasMessageNotContaining("secretwithoutuser");
        write("\n# nothing\n");
        assertThatThrownBy(() -> Credentials.read(file)).hasMessageContaining("no credentials");
        assertThatThrownBy(() -> Credentials.read(directory.resolve("none"))).hasMessageContaining("cannot read");
    }

    @Test
    void aPasswordWhereItsHashBelongsIsNotTold() throws Exception {
        write("controller:secret1\n");

        for (String role :
                List.of("controller:secret1", "secret1", "", "controller", "root:AAAAAAAAAAAAAAAAAAAAAAAAAAA=")) {
            assertThatThrownBy(() -> AccessRules.ofController(file, List.of(role)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("entry 1 of the roles")
                    .hasMessageNotContaining("secret1");
        }
    }

    @Test
    void aControllerThatWouldLockItselfOutIsRefused() throws Exception {
        write("controller:secret1\n");
        String other = DigestAuthenticationProvider.generateDigest("controller:two");

        assertThatThrownBy(() -> AccessRules.ofController(file, List.of(other)))
                .hasMessageContaining("lock itself out")
                .hasMessageNotContaining("secret1");
        assertThatThrownBy(() -> AccessRules.ofController(file, List.of("controller:short")))
                .hasMessageContaining("no role");
        assertThatThrownBy(() -> AccessRules.ofController(file, List.of(other.replace("controller", "wizard"))))
                .hasMessageContaining("no role");
    }

    @Test
    void anAgentNeedsAUserOfItsOwn() throws Exception {
        List<String> roles = List.of(DigestAuthenticationProvider.generateDigest("controller:two"));
        write("agent:one\nagent-node_b:two\n");

        assertThatThrownBy(() -> AccessRules.ofAgent(file, roles, new NodeId("node_a")))
                .hasMessageContaining("agent-node_a");
        write("client:one\n");
        assertThatThrownBy(() -> AccessRules.ofAgent(file, roles, new NodeId("node_a")))
                .hasMessageContaining("no line of the user agent");
        assertThatThrownBy(() -> AccessRules.ofClient(file, List.of())).hasMessageContaining("controllers'");
    }
}
