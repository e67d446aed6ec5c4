/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ServerTlsTest {
    private static final Path CA = Path.of("/etc/drover/tls/ca.crt");

    @Test
    void everyWayToAServerVerifiesItsHost() {
        ServerTls tls = ServerTls.verifying(CA);
        PGSimpleDataSource driver = new PGSimpleDataSource();
        tls.protect(driver);

        assertThat(driver.getSslMode()).isEqualTo("verify-full");
        assertThat(driver.getSslRootCert()).isEqualTo(CA.toString());
        assertThat(tls.keywords()).isEqualTo(Map.of("sslmode", "verify-full", "sslrootcert", CA.toString()));
        assertThat(tls.environment()).isEqualTo(Map.of("PGSSLMODE", "verify-full", "PGSSLROOTCERT", CA.toString()));
        assertThat(new StandbySetup.Upstream("10.0.0.1", 5433, Path.of("/p"), "drover_1", "slot", tls)
                        .connectionString())
                .contains("sslmode='verify-full'", "sslrootcert='" + CA + "'")
                .doesNotContain("password");
    }

    @Test
    void nothingIsAskedForWithoutAConfiguration() {
        PGSimpleDataSource driver = new PGSimpleDataSource();
        ServerTls.NONE.protect(driver);

        assertThat(driver.getSslMode()).isNull();
        assertThat(ServerTls.NONE.keywords()).isEmpty();
        assertThat(ServerTls.NONE.environment()).isEmpty();
        assertThat(ServerTls.NONE.settings()).isEmpty();
    }

    @Test
    void aServerThatDroverMakesShowsTheCertificateOfItsNode() {
        assertThat(new ServerTls(CA, Path.of("/etc/drover/tls/node.crt"), Path.of("/etc/drover/tls/node.key"))
                        .settings())
                .isEqualTo("""
                        ssl = 'on'
                        ssl_cert_file = '/etc/drover/tls/node.crt'
                        ssl_key_file = '/etc/drover/tls/node.key'
                        """);
    }
}
