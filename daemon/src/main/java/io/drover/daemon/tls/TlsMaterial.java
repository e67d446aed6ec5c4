/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import nl.altindag.ssl.util.KeyManagerUtils;
import nl.altindag.ssl.util.SSLSessionUtils;
import nl.altindag.ssl.util.TrustManagerUtils;
import org.jspecify.annotations.Nullable;

/**
 * This daemon's certificate and key, and the CA that it trusts: read from files, and again when they change. Connections that are
 * open go on; each new one is made with what was read last. Thread-safe.
 */
public final class TlsMaterial {
    /** The one version that is spoken. */
    public static final String PROTOCOL = "TLSv1.3";

    /** How keys are exchanged is no matter of the certificate in TLS 1.3. */
    private static final String ANY_EXCHANGE = "UNKNOWN";

    /** How many certificates are remembered as checked; there are as many callers as controllers and persons. */
    private static final int REMEMBERED = 1000;

    private final TlsFiles files;
    private final PeerName own;
    private final X509ExtendedKeyManager identity;
    private final X509ExtendedTrustManager authority;
    private final SSLContext server;
    private final Map<PeerName, SSLContext> clients = new ConcurrentHashMap<>();
    private volatile State state;
    private volatile int generation;

    /**
     * What was read last.
     *
     * @param trusted certificates whose path was found to lead to its CA
     */
    private record State(TlsFiles.Content content, Map<X509Certificate, Boolean> trusted) {
        State(TlsFiles.Content content) {
            this(content, new ConcurrentHashMap<>());
        }
    }

    private TlsMaterial(TlsFiles files, PeerName own, TlsFiles.Content content) {
        this.files = files;
        this.own = own;
        this.state = new State(content);
        this.identity = KeyManagerUtils.createSwappableKeyManager(content.identity());
        this.authority = TrustManagerUtils.createSwappableTrustManager(content.authority());
        this.server = context(null);
    }

    /**
     * Reads the files. An own certificate that has expired is no reason not to start: an agent looks after its instances also when
     * nobody may talk to it.
     *
     * @param own the name that the certificate has to have
     * @throws DroverException when a file cannot be read, they do not belong together, or the certificate is another's
     */
    public static TlsMaterial load(TlsFiles files, PeerName own) {
        TlsFiles.Content content = files.read(files.text());
        refusalOf(content, own).filter(refusal -> !refusal.expired()).ifPresent(refusal -> {
            throw refusal.exception(files);
        });
        return new TlsMaterial(files, own, content);
    }

    /**
     * Looks whether the files have changed, and takes what they hold.
     *
     * @return whether they have
     * @throws DroverException when they hold nothing to be used; what was read before stays in use
     */
    public synchronized boolean reload() {
        TlsFiles.Text text = files.text();
        if (text.isSameAs(state.content().text())) {
            return false;
        }
        TlsFiles.Content next = files.read(text);
        refusalOf(next, own).ifPresent(refusal -> {
            throw refusal.exception(files);
        });
        // the identity first: who already trusts the new CA only has to be shown what it has issued
        KeyManagerUtils.swapKeyManager(identity, next.identity());
        TrustManagerUtils.swapTrustManager(authority, next.authority());
        state = new State(next);
        // a resumed session would bring the old certificates along
        SSLSessionUtils.invalidateCaches(server);
        clients.values().forEach(SSLSessionUtils::invalidateCaches);
        generation++;
        return true;
    }

    /** Another number each time that the files were read anew: a connection of an earlier one shows what was read then. */
    public int generation() {
        return generation;
    }

    /** The certificate that is shown now. */
    public X509Certificate certificate() {
        return state.content().certificate();
    }

    /** Who this daemon is. */
    public PeerName own() {
        return own;
    }

    /** For a server: whoever shows a certificate must have it from the CA. */
    public SSLContext server() {
        return server;
    }

    /** For calls to one peer, who must have this name. */
    public SSLContext client(PeerName peer) {
        return clients.computeIfAbsent(peer, this::context);
    }

    /**
     * Why a certificate that a caller has shown does not count any more: a connection may be older than the CA that is trusted now,
     * and a resumed session is not checked again.
     */
    public Optional<String> outdated(X509Certificate[] chain) {
        State now = state;
        try {
            chain[0].checkValidity();
            if (!now.trusted().containsKey(chain[0])) {
                now.content().authority().checkClientTrusted(chain, ANY_EXCHANGE);
                if (now.trusted().size() >= REMEMBERED) {
                    now.trusted().clear();
                }
                now.trusted().put(chain[0], true);
            }
            return Optional.empty();
        } catch (CertificateException e) {
            return Optional.of(Certificates.reason(e));
        }
    }

    private SSLContext context(@Nullable PeerName expected) {
        try {
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(new KeyManager[] {identity}, new TrustManager[] {new CheckedTrust(authority, expected)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("BUG: this JVM speaks no " + PROTOCOL, e);
        }
    }

    /** What is wrong with an own certificate. */
    private record Refusal(String why, boolean expired) {
        DroverException exception(TlsFiles files) {
            return new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "the certificate in " + files.certificate() + " cannot be used: " + why,
                    "have the CA issue one for this daemon (docs/security.md)");
        }
    }

    private static Optional<Refusal> refusalOf(TlsFiles.Content content, PeerName own) {
        X509Certificate certificate = content.certificate();
        if (!PeerName.of(certificate).filter(own::equals).isPresent()) {
            return Optional.of(
                    new Refusal("it is not that of " + own + " but " + Certificates.describe(certificate), false));
        }
        X509Certificate[] chain = content.chain().toArray(X509Certificate[]::new);
        try {
            content.authority().checkServerTrusted(chain, ANY_EXCHANGE);
            if (own.role() == PeerName.Role.CONTROLLER) {
                content.authority().checkClientTrusted(chain, ANY_EXCHANGE);
            }
            return Optional.empty();
        } catch (CertificateException e) {
            String reason = Certificates.reason(e);
            return Optional.of(new Refusal(reason + ": " + Certificates.describe(certificate), isExpired(certificate)));
        }
    }

    private static boolean isExpired(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return false;
        } catch (CertificateException e) {
            return true;
        }
    }
}
