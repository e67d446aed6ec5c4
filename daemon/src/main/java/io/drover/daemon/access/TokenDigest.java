/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Tokens and what the access file holds of them.
 *
 * <p>A plain SHA-256 is enough here: salt and a slow hash protect words that people choose and that can be guessed one after the
 * other. These tokens are 256 random bits, which nobody guesses, with however fast a hash; and each request would pay for a slow one.
 */
public final class TokenDigest {
    private static final int BYTES = 32;
    private static final String KIND = "sha256:";
    /** By it scanners for secrets, and people, tell what they have found. */
    private static final String PREFIX = "drover_";

    private static final Pattern FORM = Pattern.compile(KIND + "[0-9a-f]{64}");

    private TokenDigest() {}

    /** A new token. */
    public static String newToken(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What the access file holds of a token. */
    public static String of(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return KIND + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("BUG: every Java has SHA-256", e);
        }
    }

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }
}
