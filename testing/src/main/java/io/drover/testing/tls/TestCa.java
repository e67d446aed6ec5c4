/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A private CA that a test makes for itself. Its certificates are for servers and clients both, with EC keys. */
public final class TestCa {
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");
    private static final Duration DAY = Duration.ofDays(1);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 120;

    private final X500Name name;
    private final KeyPair keys = newKeys();
    private final String pem;

    private TestCa(String name) {
        this.name = new X500Name("CN=" + name);
        Instant now = Clock.systemUTC().instant();
        this.pem = certificate(this.name, keys, now.minus(DAY), now.plus(DAY), List.of(), true);
    }

    /** A new one, which nobody trusts yet. */
    public static TestCa named(String name) {
        return new TestCa(name);
    }

    /** PEM text of a certificate and of its key. */
    public record Issued(String certificate, String key) {}

    /** Its own certificate, as PEM. */
    public String pem() {
        return pem;
    }

    /**
     * Issues a certificate that is valid now.
     *
     * @param uri such as {@code drover://agent/node_a}
     * @param hosts names and addresses of the machine
     */
    public Issued issue(String uri, String... hosts) {
        Instant now = Clock.systemUTC().instant();
        return issue(now.minus(DAY), now.plus(DAY), List.of(uri), hosts);
    }

    /** Issues one that was valid until a minute ago. */
    public Issued issueExpired(String uri, String... hosts) {
        Instant now = Clock.systemUTC().instant();
        return issue(now.minus(DAY), now.minus(Duration.ofMinutes(1)), List.of(uri), hosts);
    }

    /** Issues one with several names. */
    public Issued issue(List<String> uris, String... hosts) {
        Instant now = Clock.systemUTC().instant();
        return issue(now.minus(DAY), now.plus(DAY), uris, hosts);
    }

    /** Issues one for a time. */
    public Issued issue(Instant from, Instant to, List<String> uris, String... hosts) {
        List<GeneralName> names = new ArrayList<>();
        uris.forEach(uri -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        for (String host : hosts) {
            boolean address = ADDRESS.matcher(host).matches();
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        KeyPair own = newKeys();
        String first = uris.get(0);
        String subject = "CN=" + first.substring(first.lastIndexOf('/') + 1);
        return new Issued(
                certificate(new X500Name(subject), own, from, to, names, false),
                pem("PRIVATE KEY", own.getPrivate().getEncoded()));
    }

    private String certificate(
            X500Name subject,
            KeyPair subjectKeys,
            Instant from,
            Instant to,
            List<GeneralName> names,
            boolean authority) {
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                    name,
                    new BigInteger(SERIAL_BITS, RANDOM),
                    time(from),
                    time(to),
                    subject,
                    SubjectPublicKeyInfo.getInstance(subjectKeys.getPublic().getEncoded()));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (authority) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            } else {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }));
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            X509CertificateHolder made =
                    builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
            return pem("CERTIFICATE", made.getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("no certificate could be issued for " + subject, e);
        }
    }

    private static Time time(Instant instant) {
        return new Time(new DERUTCTime(UTC_TIME.format(instant)));
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM makes EC keys", e);
        }
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }
}
