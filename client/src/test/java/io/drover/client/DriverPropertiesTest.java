/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.postgresql.PGProperty;

class DriverPropertiesTest {
    /** Each names a class, a file, a program, a server, a role, or what the kit sets itself. */
    private static final Set<String> REFUSED = Set.of(
            "ApplicationName",
            "PGDBNAME",
            "PGHOST",
            "PGPORT",
            "authenticationPluginClassName",
            "classLoaderStrategy",
            "connectExecutor",
            "connectExecutorArg",
            "gssUseDefaultCreds",
            "gsslib",
            "hostRecheckSeconds",
            "jaasApplicationName",
            "jaasLogin",
            "kerberosServerName",
            "loadBalanceHosts",
            "loggerFile",
            "loggerLevel",
            "password",
            "pemKeyAlgorithm",
            "protocolVersion",
            "replication",
            "service",
            "socketFactory",
            "socketFactoryArg",
            "sslfactory",
            "sslfactoryarg",
            "sslhostnameverifier",
            "sslpasswordcallback",
            "sspiServiceClass",
            "targetServerType",
            "useSpnego",
            "user",
            "xmlFactoryFactory");

    /** A newer driver with a further property fails here, and somebody thinks about it. */
    @Test
    void everyPropertyOfTheDriverIsEitherAllowedOrRefused() {
        Set<String> all = new TreeSet<>(
                Arrays.stream(PGProperty.values()).map(PGProperty::getName).toList());
        Set<String> judged = new TreeSet<>(REFUSED);
        judged.addAll(DriverProperties.ALLOWED);

        assertThat(judged).isEqualTo(all);
        assertThat(REFUSED).doesNotContainAnyElementsOf(DriverProperties.ALLOWED);
    }

    @Test
    void refusesWhatNamesAClassAFileAServerOrARole() {
        for (String name : REFUSED) {
            assertThatThrownBy(() -> ShardDataSourceConfig.builder("127.0.0.1:2181/drover", Topologies.SHARD)
                            .credentials("app", "secret")
                            .driverProperties(Map.of(name, "x"))
                            .build())
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void takesWhatIsAllowedAndNoValueWithAZeroByte() {
        assertThatNoException()
                .isThrownBy(() -> DriverProperties.check(Map.of("sslmode", "verify-full", "socketTimeout", "30")));
        assertThatThrownBy(() -> DriverProperties.check(Map.of("options", "-c a=b\0user\0postgres")))
                .hasMessageContaining("zero byte");
    }
}
