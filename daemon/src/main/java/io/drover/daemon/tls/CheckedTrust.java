/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks another trust manager, which looks at CA, validity and host, and then for the name: a certificate of the right CA at the right
 * address may still be that of another node. A refusal says which certificate it was and what is wrong with it.
 */
final class CheckedTrust extends X509ExtendedTrustManager {
    private static final Logger LOG = LoggerFactory.getLogger(CheckedTrust.class);

    private final X509ExtendedTrustManager authority;
    private final @Nullable PeerName expected;
    private volatile String told = "";

    /**
     * Makes one.
     *
     * @param expected who the other side has to be; null for anybody whom the CA knows
     */
    CheckedTrust(X509ExtendedTrustManager authority, @Nullable PeerName expected) {
        this.authority = authority;
        this.expected = expected;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    /** Of a client's the server that refuses him writes a line when the handshake has failed; of a server's nobody else would. */
    private void checkedServer(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            checked(chain, check);
            told = "";
        } catch (CertificateException e) {
            String why = String.valueOf(e.getMessage());
            // who is polled every second is told of once
            if (!why.equals(told)) {
                LOG.warn("{}; nothing was sent", why);
                told = why;
            }
            throw e;
        }
    }

    private void checked(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            String which = chain.length == 0 ? "an empty certificate" : Certificates.describe(chain[0]);
            CertificateException refusal = new CertificateException(
                    "the certificate " + which + " is refused: " + Certificates.reason(e), pathOf(e));
            refusal.addSuppressed(e);
            throw refusal;
        }
        if (expected != null && !PeerName.of(chain[0]).filter(expected::equals).isPresent()) {
            throw new CertificateException("the certificate " + Certificates.describe(chain[0])
                    + " is refused: it is not that of " + expected);
        }
    }

    /** JSSE chooses the alert that the other side reads by the cause. */
    private static @Nullable Throwable pathOf(CertificateException e) {
        return e.getCause() instanceof CertPathValidatorException path ? path : e;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checked(chain, () -> authority.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checked(chain, () -> authority.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checked(chain, () -> authority.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkedServer(chain, () -> authority.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkedServer(chain, () -> authority.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkedServer(chain, () -> authority.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authority.getAcceptedIssuers();
    }
}
