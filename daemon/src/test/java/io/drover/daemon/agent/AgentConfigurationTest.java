/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.DefaultConfigurationFactoryFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentConfigurationTest {
    private static final String MINIMAL = "node: node_a\nhost: 127.0.0.21\nzookeeper: 127.0.0.1:2181/drover\n";

    private static AgentConfiguration read(String yaml) throws IOException, ConfigurationException {
        return new DefaultConfigurationFactoryFactory<AgentConfiguration>()
                .create(AgentConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "drover")
                .build(path -> new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), "file.yml");
    }

    @Test
    void speaksPlainHttp() throws Exception {
        assertThat(read(MINIMAL).isPlainHttp()).isTrue();
    }

    @Test
    void takesRootsOfAdoptedDirectories() throws Exception {
        assertThat(read(MINIMAL).getDataRoots()).isEmpty();
        assertThat(read(MINIMAL + "dataRoots: [/var/lib/postgresql, /srv/pg/]\n")
                        .getDataRoots())
                .containsExactly(Path.of("/var/lib/postgresql"), Path.of("/srv/pg"));
    }

    @Test
    void refusesNamesAndPathsOfAWrongForm() {
        for (String line : List.of(
                "dataRoot: relative/path",
                "dataRoot: /srv/../etc",
                "dataRoots: ['/srv/$(id)']",
                "stateDir: /",
                "binDir: '/usr/lib/a;b'",
                "socketDir: \"/run/a\\nb\"",
                "superuser: '-U postgres'",
                "agentUrl: 'http://user:secret@127.0.0.1:8090'",
                "agentUrl: 'file:///etc/passwd'")) {
            assertThatThrownBy(() -> read(MINIMAL + line + "\n")).as(line).isInstanceOf(ConfigurationException.class);
        }
        for (String host : List.of("''", "h1,h2", "/run/postgresql", "169.254.169.254", "'-h'", "null")) {
            assertThatThrownBy(() -> read(MINIMAL.replace("127.0.0.21", host)))
                    .as(host)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("host");
        }
    }

    @Test
    void refusesTlsByName() {
        String server = "server: {adminConnectors: [{type: https, keyStorePath: /k, keyStorePassword: p}]}\n";

        assertThatThrownBy(() -> read(MINIMAL + server))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("NOT_SUPPORTED: this version does no TLS");
    }
}
