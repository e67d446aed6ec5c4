/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who somebody is by certificates that are read from files, and in a request. */
class PeerNameTest {
    private static X509Certificate certificate(String name) throws IOException, CertificateException {
        try (InputStream file = requireNonNull(
                PeerNameTest.class.getResourceAsStream("/access/" + name + ".crt"), "no such certificate")) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
        }
    }

    private static ContainerRequestContext showing(@Nullable X509Certificate... chain) {
        return (ContainerRequestContext) Proxy.newProxyInstance(
                PeerNameTest.class.getClassLoader(),
                new Class<?>[] {ContainerRequestContext.class},
                (self, method, arguments) -> method.getName().equals("getProperty") && chain.length > 0 ? chain : null);
    }

    @Test
    void knowsEachRoleByItsUri() throws Exception {
        assertThat(PeerName.of(certificate("client"))).contains(PeerName.client("alice"));
        assertThat(PeerName.of(certificate("controller")))
                .hasValueSatisfying(name -> assertThat(name.role()).isEqualTo(PeerName.Role.CONTROLLER));
        assertThat(PeerName.of(certificate("agent")))
                .hasValueSatisfying(name -> assertThat(name.role()).isEqualTo(PeerName.Role.AGENT));
    }

    /** Two identities, one whose common name says something that nobody has asked for, no name, and a role in capitals. */
    @ParameterizedTest
    @ValueSource(strings = {"two", "none", "empty", "capitals", "second-in-capitals"})
    void takesNobodyElseForOne(String name) throws Exception {
        assertThat(PeerName.of(certificate(name))).isEmpty();
    }

    /** Only the first certificate is the caller's; the others are of those who have signed it. */
    @Test
    void looksAtTheCallersOwnCertificateOnly() throws Exception {
        assertThat(CertificateFilter.shownBy(showing(certificate("none"), certificate("controller"))))
                .isEmpty();
        assertThat(CertificateFilter.shownBy(showing(certificate("client"), certificate("none"))))
                .contains(PeerName.client("alice"));
        assertThat(CertificateFilter.shownBy(showing())).isEmpty();
    }
}
