/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminPortTest {
    private static HttpConnectorFactory at(@Nullable String host) {
        HttpConnectorFactory connector = new HttpConnectorFactory();
        connector.setBindHost(host);
        return connector;
    }

    private static DefaultServerFactory server(@Nullable String... hosts) {
        DefaultServerFactory server = new DefaultServerFactory();
        server.setAdminConnectors(
                Arrays.stream(hosts).map(host -> (ConnectorFactory) at(host)).toList());
        return server;
    }

    @Test
    void isBoundToLoopbackWhereNoAddressIsNamed() {
        HttpConnectorFactory unnamed = at(null);
        HttpConnectorFactory named = at("127.0.0.21");
        DefaultServerFactory server = new DefaultServerFactory();
        server.setAdminConnectors(List.of(unnamed, named));

        assertThat(AdminPort.isLocal(server)).isTrue();
        AdminPort.bind(server);

        assertThat(unnamed.getBindHost()).isEqualTo("127.0.0.1");
        assertThat(named.getBindHost()).isEqualTo("127.0.0.21");
        assertThat(((HttpConnectorFactory) server.getApplicationConnectors().get(0)).getBindHost())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.0.0.23", "::1", "[::1]", "0:0:0:0:0:0:0:1"})
    void mayBeOnLoopback(String host) {
        assertThat(AdminPort.isLocal(server(host))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "::",
                "10.0.0.1",
                "db.example",
                "127.0.0.1.example",
                "localhost.example",
                "1270.0.0.1",
                "::11"
            })
    void isRefusedElsewhere(String host) {
        assertThat(AdminPort.isLocal(server("127.0.0.1", host))).isFalse();
    }

    @Test
    void isRefusedOnTheOnePortThatCallersReach() {
        SimpleServerFactory simple = new SimpleServerFactory();
        assertThat(AdminPort.isLocal(simple)).isFalse();
        simple.setConnector(at("127.0.0.1"));
        assertThat(AdminPort.isLocal(simple)).isTrue();
    }
}
