/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateNamesTest {
    private static X509Certificate[] chain(String name) throws IOException, CertificateException {
        try (InputStream file = requireNonNull(
                CertificateNamesTest.class.getResourceAsStream("/access/" + name + ".crt"), "no such certificate")) {
            return new X509Certificate[] {
                (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file)
            };
        }
    }

    @Test
    void knowsClientsAndControllersByTheirUris() throws Exception {
        assertThat(CertificateNames.client(chain("client"))).contains("alice");
        assertThat(CertificateNames.isController(chain("client"))).isFalse();
        assertThat(CertificateNames.isController(chain("controller"))).isTrue();
        assertThat(CertificateNames.client(chain("controller"))).isEmpty();
    }

    /** An agent's, one with two identities, and one whose common name says something that nobody has asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"agent", "two", "none"})
    void takesNobodyElseForOne(String name) throws Exception {
        assertThat(CertificateNames.client(chain(name))).isEmpty();
        assertThat(CertificateNames.isController(chain(name))).isFalse();
    }

    @Test
    void withoutACertificateThereIsNoName() {
        assertThat(CertificateNames.client(null)).isEmpty();
        assertThat(CertificateNames.client(new X509Certificate[0])).isEmpty();
        assertThat(CertificateNames.isController(null)).isFalse();
    }

    /** Only the first certificate is the caller's; the others are of those who have signed it. */
    @Test
    void looksAtTheCallersOwnCertificateOnly() throws Exception {
        X509Certificate[] chain = {chain("none")[0], chain("controller")[0]};
        assertThat(CertificateNames.isController(chain)).isFalse();
    }
}
