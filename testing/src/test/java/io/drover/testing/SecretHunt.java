/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Looks for secrets in bytes, as they are and as HTTP and shells like to write them. */
final class SecretHunt {
    private static final int CHUNK = 8 * 1024 * 1024;

    private final Map<String, String> needles = new LinkedHashMap<>();
    private int longest;

    /**
     * @param secrets by what they are for
     */
    SecretHunt(Map<String, String> secrets) {
        secrets.forEach((name, secret) -> {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            add(name, secret);
            add(name + ", in base64", Base64.getEncoder().withoutPadding().encodeToString(bytes));
        });
    }

    private void add(String name, String needle) {
        needles.put(name, needle);
        longest = Math.max(longest, needle.length());
    }

    /** A line for each secret that is in it. */
    List<String> in(String where, byte[] content) {
        return in(where, new String(content, StandardCharsets.ISO_8859_1));
    }

    /** The same of a text. */
    List<String> in(String where, String text) {
        List<String> found = new ArrayList<>();
        needles.forEach((name, needle) -> {
            if (text.contains(needle)) {
                found.add(where + " holds the " + name);
            }
        });
        return found;
    }

    /**
     * The same of every file below a directory.
     *
     * @param byDesign files that may hold secrets
     */
    List<String> below(Path root, Predicate<Path> byDesign) {
        List<String> found = new ArrayList<>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile() && !byDesign.test(file)) {
                        found.addAll(file(file));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        // PostgreSQL has taken it away meanwhile
                        return FileVisitResult.CONTINUE;
                    }
                    throw failure;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look through " + root, e);
        }
        return found;
    }

    private List<String> file(Path file) throws IOException {
        List<String> found = new ArrayList<>();
        String tail = "";
        try (InputStream content = Files.newInputStream(file)) {
            for (byte[] chunk = content.readNBytes(CHUNK); chunk.length > 0; chunk = content.readNBytes(CHUNK)) {
                String text = tail + new String(chunk, StandardCharsets.ISO_8859_1);
                found.addAll(in(file.toString(), text));
                tail = text.substring(Math.max(0, text.length() - longest));
            }
        } catch (NoSuchFileException e) {
            return found;
        }
        return found.stream().distinct().toList();
    }
}
