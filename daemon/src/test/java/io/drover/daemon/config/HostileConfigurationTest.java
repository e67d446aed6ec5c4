/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.DefaultConfigurationFactoryFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.drover.api.HostName;
import io.drover.api.Json;
import io.drover.api.NodePath;
import io.drover.api.ZooKeeperAddress;
import io.drover.daemon.agent.AgentConfiguration;
import io.drover.daemon.move.HostileText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Every path, host and address of a configuration file with a hostile value in it: the daemon does not start. */
final class HostileConfigurationTest {
    private static final String CONTROLLER = """
            id: c1
            rest: https://10.0.0.1:8080
            zookeeper:
              connect: "zk1:2181/drover"
              tls: {certificate: "/t/zk.crt", key: "/t/zk.key", ca: "/t/zkca.crt"}
              access: {credentials: "/t/zk.credentials", roles: ["controller:x"]}
            accessFile: "/t/access.yml"
            audit: {file: "/t/audit.log"}
            postgres:
              tls: {ca: "/t/pg.crt"}
            tls: {certificate: "/t/a.crt", key: "/t/a.key", ca: "/t/ca.crt"}
            server: {applicationConnectors: [{type: tls, port: 8080}]}
            """;
    private static final String AGENT = """
            node: node_a
            host: "10.0.0.1"
            zookeeper: "zk1:2181/drover"
            dataRoot: "/t/data"
            stateDir: "/t/state"
            adoptRoots: ["/t/roots"]
            postgres:
              tls: {ca: "/t/pg.crt", certificate: "/t/n.crt", key: "/t/n.key"}
            tls: {certificate: "/t/a.crt", key: "/t/a.key", ca: "/t/ca.crt"}
            server: {applicationConnectors: [{type: tls, port: 8090}]}
            """;

    private static final List<Place> PLACES = places();

    /**
     * A value of a file.
     *
     * @param right as it stands there, in quotes
     */
    private record Place(String file, String right, Function<String, Object> type) {
        void read(String quoted) throws IOException, ConfigurationException {
            HostileConfigurationTest.read(file.replace(right, quoted));
        }

        @Override
        public String toString() {
            return right;
        }
    }

    private static List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (String file : List.of(CONTROLLER, AGENT)) {
            file.replaceAll("[^\"]*(\"[^\"]*\")[^\"]*", "$1\n").lines().forEach(right -> {
                if (right.startsWith("\"/t")) {
                    places.add(new Place(file, right, NodePath::new));
                } else if (right.contains("zk1")) {
                    places.add(new Place(file, right, ZooKeeperAddress::new));
                } else if (right.contains("10.0.0.1")) {
                    places.add(new Place(file, right, HostName::new));
                }
            });
        }
        return List.copyOf(places);
    }

    private static void read(String yaml) throws IOException, ConfigurationException {
        Class<?> type = yaml.startsWith("id:") ? ControllerConfiguration.class : AgentConfiguration.class;
        read(type, yaml);
    }

    private static <T> void read(Class<T> type, String yaml) throws IOException, ConfigurationException {
        new DefaultConfigurationFactoryFactory<T>()
                .create(type, Validators.newValidator(), Jackson.newObjectMapper(), "drover")
                .build(path -> new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), "file.yml");
    }

    @Provide
    Arbitrary<Place> place() {
        return Arbitraries.of(PLACES);
    }

    @Provide
    Arbitrary<String> hostile() {
        return HostileText.any();
    }

    @Property(tries = 1000, shrinking = ShrinkingMode.OFF)
    void isRefusedWhenItIsRead(@ForAll("place") Place place, @ForAll("hostile") String value)
            throws JsonProcessingException {
        if (isOne(place, value)) {
            return;
        }
        // a text of JSON is one of YAML
        String quoted =
                Json.mapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(value);
        assertThatThrownBy(() -> place.read(quoted))
                .as("%s: %s", place, quoted)
                .isInstanceOf(ConfigurationException.class);
    }

    private static boolean isOne(Place place, String value) {
        try {
            return place.type().apply(value) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Example
    void theFilesAreRightOtherwise() throws IOException, ConfigurationException {
        read(CONTROLLER);
        read(AGENT);
        assertThat(PLACES).hasSizeGreaterThan(20);
    }
}
