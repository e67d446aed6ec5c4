/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** What a process logs in to ZooKeeper with: users with their passwords. */
public final class Credentials {
    private static final Pattern LINE = Pattern.compile("[A-Za-z0-9_.-]{1,128}:\\S{1,256}");
    private static final int RANDOM_BYTES = 24;

    private final List<String> lines;

    private Credentials(List<String> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * Reads {@code user:password} from each line of a file that is not empty and no comment.
     *
     * @throws IllegalArgumentException when there is none, one has another form, or others than the owner have a right to the file
     */
    public static Credentials read(Path file) {
        List<String> lines = PrivateFile.read(file, "credentials")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("no credentials are in " + file + "; a line is user:password");
        }
        for (int i = 0; i < lines.size(); i++) {
            if (!LINE.matcher(lines.get(i)).matches()) {
                // without the line itself: it may be half a password
                throw new IllegalArgumentException("entry " + (i + 1) + " of the credentials " + file
                        + " has not the form user:password, without blanks");
            }
        }
        return new Credentials(lines);
    }

    /** The same and another user, whose password is made at random and known to this process only. */
    Credentials withRandom(String user) {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        List<String> more = new ArrayList<>(lines);
        more.add(user + ":" + HexFormat.of().formatHex(random));
        return new Credentials(more);
    }

    /** What ZooKeeper stores of each: the user, and a hash of user and password. */
    public List<String> digests() {
        return lines.stream().map(Credentials::digest).toList();
    }

    /** What is sent to ZooKeeper. */
    List<byte[]> secrets() {
        return lines.stream().map(line -> line.getBytes(StandardCharsets.UTF_8)).toList();
    }

    /** The algorithm is ZooKeeper's, where servers are not configured to have another. */
    private static String digest(String line) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(line.getBytes(StandardCharsets.UTF_8));
            return userOf(line) + ":" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("BUG: every Java runtime has SHA-1", e);
        }
    }

    /** What stands before the colon. */
    static String userOf(String line) {
        return line.substring(0, line.indexOf(':'));
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return "Credentials of " + lines.stream().map(Credentials::userOf).toList();
    }
}
