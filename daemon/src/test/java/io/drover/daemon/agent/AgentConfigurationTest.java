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
                "postgres: {tls: {}}|postgres.tls ca has to be named",
                "tls: {certificate: /c, ca: /ca}|tls certificate, key and ca have to be named",
                "agentUrl: 'https://127.0.0.21:8090'|https://"
            })
    void refusesHalfOfTls(String more) {
        String[] parts = more.split("\\|");
        assertThatThrownBy(() -> read(MINIMAL + parts[0] + "\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(parts[1]);
    }

    @Test
    void takesZooKeeperAsATextOrAsASection() throws Exception {
        assertThat(read(MINIMAL).getZookeeper().getConnect()).isEqualTo("127.0.0.1:2181/drover");
        assertThat(read(MINIMAL).getZookeeper().getSessionTimeout().toSeconds()).isEqualTo(6);
        assertThat(read(MINIMAL + "zookeeperSessionTimeout: 9s\n")
                        .getZookeeper()
                        .getSessionTimeout()
                        .toSeconds())
                .isEqualTo(9);

        AgentConfiguration secured = read("""
                node: node_a
                host: h
                zookeeper:
                  connect: zk1:2281/drover
                  sessionTimeout: 8s
                  tls: {certificate: /t/a.crt, key: /t/a.key, ca: /t/ca.crt}
                  access: {credentials: /t/zk.credentials, roles: ['controller:x']}
                """);
        assertThat(secured.getZookeeper().getConnect()).isEqualTo("zk1:2281/drover");
        assertThat(secured.getZookeeper().getSessionTimeout().toSeconds()).isEqualTo(8);
        assertThat(secured.getZookeeper().getTls().getKey()).isEqualTo(Path.of("/t/a.key"));
        assertThat(secured.getZookeeper().getAccess().getCredentials()).isEqualTo(Path.of("/t/zk.credentials"));
    }

    @Test
    void refusesHalfOfASectionAndAConnectStringWithoutAChroot() {
        String start = "{node: node_a, host: h, ";
        assertThatThrownBy(() -> read(start + "zookeeper: {connect: 'h:1/d', tls: {ca: /t/ca.crt}}}"))
                .hasMessageContaining("zookeeper.tls certificate, key and ca have to be named");
        assertThatThrownBy(() -> read(start + "zookeeper: {connect: 'h:1/d', access: {credentials: /f}}}"))
                .hasMessageContaining("access.roles");
        assertThatThrownBy(() -> read(start + "zookeeper: 'h:2181'}")).hasMessageContaining("zookeeper");
        assertThatThrownBy(() -> read("{node: node_a, host: h}")).hasMessageContaining("zookeeper has to be named");
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

    @Test
    void adoptsAnywhereThroughServiceManagersUnlessItSaysOtherwise() throws Exception {
        AgentConfiguration usual = read(MINIMAL);
        assertThat(usual.getAdoptRoots()).isEmpty();
        assertThat(usual.isServiceManagers()).isTrue();

        AgentConfiguration strict =
                read(MINIMAL + "adoptRoots: [/var/lib/postgresql, /srv/pg]\nserviceManagers: false\n");
        assertThat(strict.getAdoptRoots()).containsExactly(Path.of("/var/lib/postgresql"), Path.of("/srv/pg"));
        assertThat(strict.isServiceManagers()).isFalse();
    }
}
