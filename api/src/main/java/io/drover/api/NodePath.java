/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.file.Path;

/**
 * The absolute path of a file or directory on a node, without a way around: what it names is what it says. The characters are those that
 * mean nothing to a shell, a settings file or a terminal, for PostgreSQL's own programs hand paths to all three.
 */
public record NodePath(@JsonValue String value) {
    private static final int MOST_BYTES = 1024;
    private static final Form FORM = new Form(
            "a path",
            "(?:/(?!\\.{1,2}(?:/|$))[\\p{L}\\p{M}\\p{N}_.@:~+-](?:[\\p{L}\\p{M}\\p{N}_.@:~+ -]*[\\p{L}\\p{M}\\p{N}_.@:~+-])?)+",
            MOST_BYTES,
            "absolute, without '.' and '..' as parts and without a '/' too many; letters, digits, '_.@:~+-' and spaces within");

    /**
     * Checks the form of the path; a slash at its end is taken away.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public NodePath {
        value = value.length() > 1 && value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        FORM.checked(value);
    }

    /** The same for the file system. */
    public Path path() {
        return Path.of(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
