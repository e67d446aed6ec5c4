/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Words about certificates, for people. */
final class Certificates {
    private Certificates() {}

    /** Which one it is: its Drover name or else its subject, who issued it and until when it is valid. */
    static String describe(X509Certificate certificate) {
        String name = PeerName.of(certificate)
                .map(PeerName::toString)
                .orElseGet(() -> certificate.getSubjectX500Principal().getName() + " without a name drover://…");
        return oneLine(
                name + ", issued by " + certificate.getIssuerX500Principal().getName() + ", valid until "
                        + expiry(certificate).truncatedTo(ChronoUnit.SECONDS));
    }

    /** When it begins to be valid. */
    static Instant begin(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant();
    }

    /** When it ceases to be valid. */
    static Instant expiry(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }

    /** Why it is refused, from what the check of its path has thrown. */
    static String reason(Throwable refusal) {
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return "it has expired";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "it is not valid yet";
            }
            boolean withoutAnchor = cause instanceof CertPathBuilderException
                    || cause instanceof CertPathValidatorException path
                            && path.getReason() == PKIXReason.NO_TRUST_ANCHOR;
            if (withoutAnchor) {
                return "no CA that is trusted here has issued it";
            }
        }
        return oneLine(String.valueOf(refusal.getMessage()));
    }

    /** What others have written into a certificate must not look like lines of the log. */
    static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
