/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who somebody is by his certificate: the URI {@code drover://<role>/<name>} among its alternative names. A certificate names one;
 * with two it would be whichever somebody looks for.
 */
public record PeerName(Role role, String name) {
    private static final String SCHEME = "drover://";
    private static final Pattern FORM = Pattern.compile("drover://(controller|agent|client)/([A-Za-z0-9._@-]{1,63})");
    /** The kind of alternative name that is a URI (RFC 5280, section 4.2.1.6). */
    private static final int URI = 6;

    /** What a holder may do. */
    public enum Role {
        /** Sends verbs to agents, passes requests on to the leader. */
        CONTROLLER,
        /** Owns the instances of the node that it is named after. */
        AGENT,
        /** A person or a program that calls the REST interface. */
        CLIENT
    }

    /** A controller. */
    public static PeerName controller(String id) {
        return new PeerName(Role.CONTROLLER, id);
    }

    /** The agent of a node. */
    public static PeerName agent(String node) {
        return new PeerName(Role.AGENT, node);
    }

    /** A person or a program that calls the REST interface. */
    public static PeerName client(String name) {
        return new PeerName(Role.CLIENT, name);
    }

    /** The one name that the certificate has; empty when it has none, several, or one of another form. */
    public static Optional<PeerName> of(X509Certificate certificate) {
        List<String> names = uris(certificate).stream()
                .filter(uri -> uri.toLowerCase(Locale.ROOT).startsWith(SCHEME))
                .toList();
        if (names.size() != 1) {
            return Optional.empty();
        }
        Matcher matcher = FORM.matcher(names.get(0));
        return matcher.matches()
                ? Optional.of(new PeerName(Role.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)), matcher.group(2)))
                : Optional.empty();
    }

    private static List<String> uris(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> Integer.valueOf(URI).equals(name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /** As it stands in the certificate. */
    @Override
    public String toString() {
        return SCHEME + role.name().toLowerCase(Locale.ROOT) + "/" + name;
    }
}
