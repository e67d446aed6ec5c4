/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import io.drover.daemon.config.SecretFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one token of an installation without an access file; who shows it may do everything. Never shown itself: it has no
 * {@code toString} of its own and no accessor.
 */
public final class BearerToken implements Callers {
    private static final String SCHEME = "bearer ";
    private static final Caller ANYBODY = Caller.unlisted();

    private final byte[] secret;

    public BearerToken(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /** The token on the first line of a file. */
    public static BearerToken in(Path file) {
        return new BearerToken(SecretFile.read(file));
    }

    @Override
    public Optional<Caller> find(@Nullable String authorization, Optional<String> certificate) {
        return matches(authorization) ? Optional.of(ANYBODY) : Optional.empty();
    }

    /** Whether an {@code Authorization} header shows the token; takes the same time however much of it is right. */
    public boolean matches(@Nullable String authorization) {
        return shown(authorization)
                .map(token -> MessageDigest.isEqual(secret, token.getBytes(StandardCharsets.UTF_8)))
                .orElse(false);
    }

    /** The token in an {@code Authorization} header. */
    static Optional<String> shown(@Nullable String authorization) {
        return authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                ? Optional.empty()
                : Optional.of(authorization.substring(SCHEME.length()).strip());
    }
}
