/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.PrivateFile;
import io.drover.daemon.config.TlsFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import nl.altindag.ssl.pem.util.PemUtils;

/** The PEM files of an identity. All of a daemon's TLS comes from what {@link #read} has read once: never half of a change. */
public record TlsFiles(Path certificate, Path key, Path ca) {
    private static final byte[] PROBE = "drover".getBytes(StandardCharsets.UTF_8);

    /** The files that a configuration names. */
    public static TlsFiles of(TlsFactory section) {
        return new TlsFiles(section.getCertificate(), section.getKey(), section.getCa());
    }

    /**
     * What they hold, checked to belong together.
     *
     * @param text of the three files, to see whether they have changed
     * @param chain the certificate and those between it and the CA
     */
    record Content(
            Text text,
            List<X509Certificate> chain,
            X509ExtendedKeyManager identity,
            X509ExtendedTrustManager authority) {
        X509Certificate certificate() {
            return chain.get(0);
        }
    }

    /** Compared only; never shown, for it holds the key. */
    static final class Text {
        private final String certificate;
        private final String key;
        private final String ca;

        private Text(String certificate, String key, String ca) {
            this.certificate = certificate;
            this.key = key;
            this.ca = ca;
        }

        boolean isSameAs(Text other) {
            return certificate.equals(other.certificate) && key.equals(other.key) && ca.equals(other.ca);
        }
    }

    Text text() {
        try {
            PrivateFile.require(key);
            return new Text(Files.readString(certificate), Files.readString(key), Files.readString(ca));
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()), "chmod 0600 " + key);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "a file of the section tls cannot be read: " + e,
                    "see that it is there and that this daemon's user may read it",
                    e);
        }
    }

    Content read(Text text) {
        List<X509Certificate> chain = certificates(certificate, text.certificate);
        // a CA without a certificate trusts nobody; the library would take the one of the system
        certificates(ca, text.ca);
        PrivateKey own;
        try {
            own = PemUtils.parsePrivateKey(text.key);
        } catch (RuntimeException e) {
            // its message may quote what it could not read
            throw refused(key + " holds no private key that can be read", "it has to be PKCS#8 and not encrypted");
        }
        if (!belongTogether(own, chain.get(0).getPublicKey())) {
            throw refused(
                    "the key in " + key + " is not that of the certificate in " + certificate,
                    "write both; while one of them is old, what was read before stays in use");
        }
        return new Content(
                text,
                chain,
                PemUtils.parseIdentityMaterial(text.certificate, text.key, null),
                PemUtils.parseTrustMaterial(text.ca));
    }

    private static boolean belongTogether(PrivateKey own, PublicKey certified) {
        String algorithm = certified.getAlgorithm();
        try {
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> algorithm;
                    });
            signature.initSign(own);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // a key of another kind signs nothing for this one
            return false;
        }
    }

    private static List<X509Certificate> certificates(Path file, String text) {
        List<X509Certificate> found;
        try {
            found = PemUtils.parseCertificate(text);
        } catch (RuntimeException e) {
            throw refused(file + " holds no certificate that can be read: " + e.getMessage(), "it has to be PEM");
        }
        if (found.isEmpty()) {
            throw refused(file + " holds no certificate", "it has to be PEM");
        }
        return found;
    }

    private static DroverException refused(String what, String remedy) {
        return new DroverException(ErrorCode.INVALID_VALUE, what, remedy);
    }
}
