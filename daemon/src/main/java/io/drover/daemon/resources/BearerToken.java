/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.daemon.config.SecretFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The token that callers must show. Never shown itself: it has no {@code toString} of its own and no accessor. */
public final class BearerToken {
    private static final String SCHEME = "bearer ";

    private final byte[] secret;

    public BearerToken(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /** The token on the first line of a file. */
    public static BearerToken in(Path file) {
        return new BearerToken(SecretFile.read(file));
    }

    /** Whether an {@code Authorization} header shows the token; takes the same time however much of it is right. */
    public boolean matches(@Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return false;
        }
        byte[] shown = authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(secret, shown);
    }
}
