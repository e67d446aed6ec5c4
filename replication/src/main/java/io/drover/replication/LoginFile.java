/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file of access rules or of maps of users with all that it includes, as one text: lists of names ({@code @file}), and whole files since
 * PostgreSQL 16 (PostgreSQL documentation, The pg_hba.conf File).
 */
final class LoginFile {
    private static final int DEEPEST = 10;
    private static final Pattern INCLUDE =
            Pattern.compile("\\s*(include|include_if_exists|include_dir)\\s+(\"[^\"]+\"|[^\\s#]+)\\s*(?:#.*)?");
    /** A word in quotes, a comment, or a word; names are separated by white space and commas. */
    private static final Pattern WORD = Pattern.compile("@?\"[^\"]*\"|#.*|[^\\s,\"#]+");

    private LoginFile() {}

    static String whole(Path file) {
        return whole(file, 0);
    }

    private static String whole(Path file, int depth) {
        requireDepth(file, depth);
        StringBuilder text = new StringBuilder();
        DurableFiles.read(file).lines().forEach(line -> {
            Matcher include = INCLUDE.matcher(line);
            text.append(
                    include.matches()
                            ? included(file, include.group(1), unquoted(include.group(2)), depth)
                            : withNames(line, file, depth) + "\n");
        });
        return text.toString();
    }

    private static String included(Path file, String how, String what, int depth) {
        Path path = file.resolveSibling(what);
        if (how.equals("include_if_exists") && !Files.exists(path)) {
            return "";
        }
        if (!how.equals("include_dir")) {
            return whole(path, depth + 1);
        }
        StringBuilder text = new StringBuilder();
        filesIn(path).forEach(each -> text.append(whole(each, depth + 1)));
        return text.toString();
    }

    private static List<Path> filesIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().endsWith(".conf")
                            && !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw DurableFiles.failed("could not list " + directory, e);
        }
    }

    /** A line with the lists of names in place of the files that hold them. */
    private static String withNames(String line, Path file, int depth) {
        Matcher words = WORD.matcher(line);
        StringBuilder whole = new StringBuilder();
        while (words.find()) {
            String word = words.group();
            String put = isFile(word) ? String.join(",", names(file.resolveSibling(nameIn(word)), depth + 1)) : word;
            words.appendReplacement(whole, Matcher.quoteReplacement(put));
        }
        return words.appendTail(whole).toString();
    }

    private static List<String> names(Path file, int depth) {
        requireDepth(file, depth);
        List<String> names = new ArrayList<>();
        DurableFiles.read(file)
                .lines()
                .flatMap(line -> WORD.matcher(line).results().map(result -> result.group()))
                .filter(word -> !word.startsWith("#"))
                .forEach(word -> names.addAll(
                        isFile(word) ? names(file.resolveSibling(nameIn(word)), depth + 1) : List.of(word)));
        return names;
    }

    private static boolean isFile(String word) {
        return word.length() > 1 && word.startsWith("@");
    }

    private static String nameIn(String word) {
        return unquoted(word.substring(1));
    }

    private static String unquoted(String text) {
        return text.startsWith("\"") ? text.substring(1, text.length() - 1) : text;
    }

    private static void requireDepth(Path file, int depth) {
        if (depth > DEEPEST) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    file + " is included more than " + DEEPEST + " levels deep: the files include each other",
                    "mend them; SELECT * FROM pg_hba_file_rules WHERE error IS NOT NULL shows where");
        }
    }
}
