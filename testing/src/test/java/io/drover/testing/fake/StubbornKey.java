/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.testing.tls.TestCa;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import nl.altindag.ssl.pem.util.PemUtils;
import org.jspecify.annotations.Nullable;

/** Shows its certificate to every server, also to one that has said that its CA counts for nothing there. */
final class StubbornKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "own";

    private final TestCa.Issued issued;

    StubbornKey(TestCa.Issued issued) {
        this.issued = issued;
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
        return new String[0];
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return PemUtils.parseCertificate(issued.certificate()).toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        // Java asks a key for its kind by the name that its own provider has for it, EC; what parses PEM says ECDSA, and is not shown
        byte[] encoded = PemUtils.parsePrivateKey(issued.key()).getEncoded();
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a test's CA makes EC keys", e);
        }
    }
}
