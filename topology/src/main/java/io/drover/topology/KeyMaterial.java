/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate with the key that belongs to it.
 *
 * @param chain the certificate first, then those between it and the CA
 */
record KeyMaterial(PrivateKey key, List<Certificate> chain) {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");
    private static final byte[] PROBE = "does this key belong to the certificate?".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads both from PEM.
     *
     * @throws IllegalArgumentException when one cannot be read, or the key is another certificate's: half of a renewal
     */
    static KeyMaterial read(PemFiles files) {
        List<Certificate> chain = certificates(files.certificate());
        PublicKey open = chain.get(0).getPublicKey();
        PrivateKey key = key(files.key(), open.getAlgorithm());
        if (!belong(key, open)) {
            throw new IllegalArgumentException("the key " + files.key() + " does not belong to the certificate "
                    + files.certificate() + "; when they are being renewed, both have to be in place");
        }
        return new KeyMaterial(key, chain);
    }

    /** The certificates in a file, in its order; at least one. */
    static List<Certificate> certificates(Path file) {
        try {
            List<Certificate> found = List.copyOf(CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file))));
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no certificate is in " + file + "; PEM is expected");
            }
            return found;
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException("cannot read the certificate " + file + ": " + e, e);
        }
    }

    private static PrivateKey key(Path file, String algorithm) {
        Matcher found = PRIVATE_KEY.matcher(PrivateFile.read(file, "key"));
        if (!found.find()) {
            throw new IllegalArgumentException("no private key is in " + file
                    + "; PKCS #8 without a password is expected, which begins with BEGIN PRIVATE KEY");
        }
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the key " + file + " is none of the certificate's kind, " + algorithm, e);
        }
    }

    private static boolean belong(PrivateKey key, PublicKey open) {
        try {
            Signature signature = Signature.getInstance(SIGNATURES.getOrDefault(open.getAlgorithm(), "?"));
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "keys of the kind " + open.getAlgorithm() + " are not supported; use RSA, EC or Ed25519", e);
        }
    }
}
