/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.plain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The examples of docs/clients.md: what is tested is what people read there. */
public final class ClientsPage {
    private final Path page;
    private final String text;

    private ClientsPage(Path page, String text) {
        this.page = page;
        this.text = text;
    }

    /** Reads the page. */
    public static ClientsPage read(Path projectRoot) {
        Path page = projectRoot.resolve("docs/clients.md");
        try {
            return new ClientsPage(page, Files.readString(page));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + page, e);
        }
    }

    /**
     * The first block of code of a section.
     *
     * @param section its heading
     * @param replacements for the addresses of the example; each of them has to be there
     */
    public String example(String section, Map<String, String> replacements) {
        Matcher block = Pattern.compile(
                        "^## " + Pattern.quote(section) + "$(?:(?!^## ).)*?^```[a-z]+$\n(.*?)^```$",
                        Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(text);
        if (!block.find()) {
            throw new IllegalStateException(page + " has no example in '" + section + "'");
        }
        String example = block.group(1);
        List<String> missing = replacements.keySet().stream()
                .filter(part -> !example.contains(part))
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("the example in '" + section + "' of " + page + " lacks " + missing);
        }
        // in one go: what one replacement has put there is no other's
        String parts = replacements.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|"));
        return Pattern.compile("(?<![0-9])(?:" + parts + ")(?![0-9])")
                .matcher(example)
                .replaceAll(found -> Matcher.quoteReplacement(String.valueOf(replacements.get(found.group()))));
    }
}
