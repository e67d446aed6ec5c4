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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigurationTest {
    private static final String MINIMAL = "node: node_a\nhost: 127.0.0.21\nzookeeper: 127.0.0.1:2181/drover\n";

    private static AgentConfiguration read(String yaml) throws IOException, ConfigurationException {
        return new DefaultConfigurationFactoryFactory<AgentConfiguration>()
                .create(AgentConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "drover")
                .build(path -> new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), "file.yml");
    }

    @Test
    void speaksPlainHttpWhenNothingElseIsAskedFor() throws Exception {
        assertThat(read(MINIMAL).getTls()).isNull();
        assertThat(read(MINIMAL).getPostgres().getTls()).isNull();
    }

    @Test
    void readsTheSectionsOfTls() throws Exception {
        AgentConfiguration configuration = read(MINIMAL + """
                agentUrl: https://127.0.0.21:8090
                tls: {certificate: /tls/a.crt, key: /tls/a.key, ca: /tls/ca.crt}
                postgres:
                  tls: {ca: /tls/pg.crt, certificate: /tls/n.crt, key: /tls/n.key}
                server:
                  applicationConnectors: [{type: tls, port: 8090}]
                """);

        assertThat(configuration.getTls()).isNotNull();
        assertThat(configuration.getPostgres().getTls()).isNotNull().satisfies(tls -> {
            assertThat(tls.getCa()).hasToString("/tls/pg.crt");
            assertThat(tls.getCertificate()).hasToString("/tls/n.crt");
            assertThat(tls.getKey()).hasToString("/tls/n.key");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres: {tls: {ca: /ca, certificate: /c}}|belong together",
                "agentUrl: 'https://127.0.0.21:8090'|https://"
            })
    void refusesHalfOfTls(String more) {
        String[] parts = more.split("\\|");
        assertThatThrownBy(() -> read(MINIMAL + parts[0] + "\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(parts[1]);
    }

    @Test
    void refusesTlsByName() {
        String server = "server: {adminConnectors: [{type: https, keyStorePath: /k, keyStorePassword: p}]}\n";

        assertThatThrownBy(() -> read(MINIMAL + server))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("NOT_SUPPORTED: use type tls");
    }

    @Test
    void refusesAnAdminPortBeyondLoopbackUnlessThatIsMeant() throws Exception {
        String server = "server: {adminConnectors: [{type: http, bindHost: 10.0.0.1}]}\n";

        assertThatThrownBy(() -> read(MINIMAL + server))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("admin connector beyond loopback");
        assertThat(read(MINIMAL + server + "adminBeyondLoopback: true\n").isAdminBeyondLoopback())
                .isTrue();
    }
}
