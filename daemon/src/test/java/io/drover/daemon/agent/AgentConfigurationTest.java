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
    void refusesTlsByName() {
        String server = "server: {adminConnectors: [{type: https, keyStorePath: /k, keyStorePassword: p}]}\n";

        assertThatThrownBy(() -> read(MINIMAL + server))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("NOT_SUPPORTED: this version does no TLS");
    }

    @Test
    void adoptsAnywhereThroughServiceManagersUnlessItSaysOtherwise() throws Exception {
        AgentConfiguration usual = read(MINIMAL);
        assertThat(usual.getAdoptRoots()).isEmpty();
        assertThat(usual.isServiceManagers()).isTrue();

        AgentConfiguration strict = read(MINIMAL + "adoptRoots: [/var/lib/postgresql, /srv/pg]\nserviceManagers: false\n");
        assertThat(strict.getAdoptRoots()).containsExactly(Path.of("/var/lib/postgresql"), Path.of("/srv/pg"));
        assertThat(strict.isServiceManagers()).isFalse();
    }
}
