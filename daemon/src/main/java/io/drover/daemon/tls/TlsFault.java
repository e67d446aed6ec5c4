/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;

/** What was wrong with a handshake, from what JSSE has thrown. */
public final class TlsFault {
    private static final Pattern ALERT = Pattern.compile("fatal alert: ([a-z_]+)");

    private TlsFault() {}

    /** The other side's certificate was refused here; says why. */
    static Optional<String> refusedHere(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return Optional.of(Certificates.oneLine(String.valueOf(cause.getMessage())));
            }
        }
        return Optional.empty();
    }

    /** The alert with which the other side has refused. */
    static Optional<String> refusedThere(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher alert = ALERT.matcher(String.valueOf(cause.getMessage()));
            if (alert.find()) {
                return Optional.of(alert.group(1));
            }
        }
        return Optional.empty();
    }

    /** Whether the handshake has failed: then nothing was sent, or nobody has acted on it. */
    static boolean isHandshake(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLHandshakeException) {
                return true;
            }
        }
        return false;
    }

    /** Everything above in one sentence, from the side that has seen the failure. */
    public static String text(Throwable failure) {
        return refusedHere(failure)
                .or(() -> refusedThere(failure)
                        .map(alert -> "the other side has refused what was shown here, or ends it (" + alert + ")"))
                .orElseGet(() -> Certificates.oneLine(String.valueOf(failure.getMessage())));
    }
}
