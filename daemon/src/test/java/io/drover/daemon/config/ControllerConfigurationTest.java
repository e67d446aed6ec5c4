/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.DefaultConfigurationFactoryFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.drover.daemon.tls.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerConfigurationTest {
    private static ControllerConfiguration read(String yaml) throws IOException, ConfigurationException {
        return new DefaultConfigurationFactoryFactory<ControllerConfiguration>()
                .create(ControllerConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "drover")
                .build(path -> new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), "file.yml");
    }

    @Test
    void hasDefaults() throws Exception {
        ControllerConfiguration configuration = read("id: c1\nrest: http://10.0.0.1:8080\n");

        assertThat(configuration.getZookeeper().getConnect()).isEqualTo("127.0.0.1:2181/drover");
        assertThat(configuration.getZookeeper().getSessionTimeout().toSeconds()).isEqualTo(6);
        assertThat(configuration.getTokenFile()).isEqualTo(Path.of("/etc/drover/token"));
        assertThat(configuration.getAgentTokenFile()).isEqualTo(Path.of("/etc/drover/token"));
        assertThat(configuration.getAccessFile()).isNull();
        assertThat(configuration.getApprovals()).isEqualTo(Approvals.ANYONE);
        assertThat(configuration.getFencesPerHour()).isNull();
        assertThat(configuration.getAudit()).isNull();
        assertThat(configuration.isAdminBeyondLoopback()).isFalse();
        assertThat(configuration.getPostgres().getUser()).isEqualTo("drover");
        assertThat(configuration.getPostgres().getPasswordFile()).isEqualTo(Path.of("/etc/drover/drover.password"));
    }

    @Test
    void readsEveryKey() throws Exception {
        ControllerConfiguration configuration = read("""
                id: c-2
                rest: http://controller.example/
                zookeeper:
                  connect: zk1:2181,zk2:2181/other
                  sessionTimeout: 10s
                tokenFile: /run/token
                agentTokenFile: /run/agent-token
                accessFile: /run/access.yml
                approvals: second-person
                fencesPerHour: 20
                audit: {file: /run/audit.log}
                adminBeyondLoopback: true
                postgres:
                  user: reader
                  passwordFile: /run/password
                server:
                  maxThreads: 32
                  adminConnectors: [{type: http, bindHost: 10.0.0.1, port: 8081}]
                """);

        assertThat(configuration.getAccessFile()).isEqualTo(Path.of("/run/access.yml"));
        assertThat(configuration.getApprovals()).isEqualTo(Approvals.SECOND_PERSON);
        assertThat(configuration.getFencesPerHour()).isEqualTo(20);
        assertThat(configuration.getAudit())
                .isNotNull()
                .extracting(AuditFactory::getFile)
                .isEqualTo(Path.of("/run/audit.log"));
        assertThat(configuration.isAdminBeyondLoopback()).isTrue();

        assertThat(configuration.getId()).isEqualTo("c-2");
        assertThat(configuration.getRest()).isEqualTo("http://controller.example");
        assertThat(configuration.getZookeeper().getConnect()).isEqualTo("zk1:2181,zk2:2181/other");
        assertThat(configuration.getZookeeper().getSessionTimeout().toSeconds()).isEqualTo(10);
        assertThat(configuration.getTokenFile()).isEqualTo(Path.of("/run/token"));
        assertThat(configuration.getAgentTokenFile()).isEqualTo(Path.of("/run/agent-token"));
        assertThat(configuration.getPostgres().getUser()).isEqualTo("reader");
        assertThat(configuration.getPostgres().getPasswordFile()).isEqualTo(Path.of("/run/password"));
    }

    @Test
    void refusesCredentialsThatCannotBeUsedBeforeItConnects(@TempDir Path directory) throws Exception {
        ControllerConfiguration configuration = read("""
                id: c1
                rest: http://h:1
                zookeeper:
                  connect: 127.0.0.1:1/drover
                  access: {credentials: %s, roles: ['controller:AAAAAAAAAAAAAAAAAAAAAAAAAAA=']}
                """.formatted(directory.resolve("none")));

        assertThatThrownBy(configuration.getZookeeper()::openAsController)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot read the credentials");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{applicationConnectors: [{type: http}, {type: https, keyStorePath: /k, keyStorePassword: p}]}",
                "{adminConnectors: [{type: https, keyStorePath: /k, keyStorePassword: p}]}",
                "{type: simple, connector: {type: https, keyStorePath: /k, keyStorePassword: p}}"
            })
    void refusesTlsByName(String server) {
        String yaml = "{id: c1, rest: 'http://h:1', server: " + server + "}";

        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("NOT_SUPPORTED: use type tls");
    }

    @Test
    void readsTheSectionsOfTls() throws Exception {
        ControllerConfiguration configuration = read("""
                id: c1
                rest: https://controller.example
                tls: {certificate: /tls/c.crt, key: /tls/c.key, ca: /tls/ca.crt}
                postgres:
                  tls: {ca: /tls/pg.crt}
                server:
                  applicationConnectors: [{type: tls, port: 8443}]
                """);

        assertThat(TlsFiles.of(requireNonNull(configuration.getTls())))
                .isEqualTo(new TlsFiles(Path.of("/tls/c.crt"), Path.of("/tls/c.key"), Path.of("/tls/ca.crt")));
        assertThat(requireNonNull(configuration.getPostgres().getTls()).getCa()).isEqualTo(Path.of("/tls/pg.crt"));
        assertThat(Connectors.secured(configuration.getServerFactory()))
                .singleElement()
                .satisfies(connector -> assertThat(connector.getPort()).isEqualTo(8443));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls: {certificate: /c, key: /k}|the section tls needs certificate, key and ca",
                "tls: {certificate: /c, key: /k, ca: /ca}|belong together",
                "tls: {certificate: /c, key: /k, ca: /ca}, server: {applicationConnectors: [{type: tls}, {type: http}]}|belong together",
                "server: {applicationConnectors: [{type: tls}]}|belong together",
                "server: {adminConnectors: [{type: tls}]}|belong together",
                "rest: 'http://h:1', tls: {certificate: /c, key: /k, ca: /ca}, server: {applicationConnectors: [{type: tls}]}|https://",
                "postgres: {tls: {}}|the section postgres.tls needs ca"
            },
            quoteCharacter = '`')
    void refusesHalfOfTls(String more, String named) {
        String rest = more.startsWith("rest:")
                ? ""
                : more.startsWith("tls:") ? "rest: 'https://h:1', " : "rest: 'http://h:1', ";
        assertThatThrownBy(() -> read("{id: c1, " + rest + more + "}"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{rest: 'http://h:1'}|id",
                "{id: c1}|rest",
                "{id: C 1, rest: 'http://h:1'}|id",
                "{id: c1, rest: 'h:1'}|rest",
                "{id: c1, rest: 'http://h:1/v1'}|rest",
                "{id: c1, rest: 'http://h:1', zookeeper: {connect: 'zk:2181'}}|zookeeper.connect",
                "{id: c1, rest: 'http://h:1', zookeeper: {sessionTimeout: 1s}}|zookeeper.sessionTimeout",
                "{id: c1, rest: 'http://h:1', zookeeper: {sessionTimeout: 2m}}|zookeeper.sessionTimeout",
                "{id: c1, rest: 'http://h:1', postgres: {user: ''}}|postgres.user",
                "{id: c1, rest: 'http://h:1', colour: red}|colour",
                "{id: c1, rest: 'http://h:1', approvals: second-person}|needs an accessFile",
                "{id: c1, rest: 'http://h:1', approvals: nobody}|approvals",
                "{id: c1, rest: 'http://h:1', fencesPerHour: 0}|fencesPerHour",
                "{id: c1, rest: 'http://h:1', server: {adminConnectors: [{type: http, bindHost: 10.0.0.1}]}}"
                        + "|admin connector beyond loopback",
                "{id: c1, rest: 'http://h:1', server: {type: simple}}|admin connector beyond loopback",
                "{id: c1, rest: 'http://h:1', tls: {keyStore: 'k.p12'}}|tls",
                "{id: c1, rest: 'http://h:1', roles: {viewer: 't'}}|roles"
            },
            quoteCharacter = '`')
    void refusesWhatCannotWork(String yaml, String named) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(named);
    }

    @Test
    void readsTheFirstLineOfASecretOnly(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("secret");
        Files.writeString(file, " s3cret \nsecond\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> SecretFile.read(file)).hasMessageContaining("chmod 0600");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(SecretFile.read(file)).isEqualTo("s3cret");

        Files.writeString(file, "\n");
        assertThatThrownBy(() -> SecretFile.read(file)).hasMessageContaining("is empty");
        assertThatThrownBy(() -> SecretFile.read(directory.resolve("none"))).hasMessageContaining("none");
    }
}
