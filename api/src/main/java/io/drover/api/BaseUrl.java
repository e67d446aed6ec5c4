/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a daemon is reached: scheme, host, port and perhaps a path. Tokens are sent there, so it names one place that a person can read.
 */
public record BaseUrl(@JsonValue String value) {
    private static final int MOST_BYTES = 300;
    private static final Pattern PARTS = Pattern.compile(
            "https?://(?:\\[([0-9A-Fa-f:.]+)\\]|([A-Za-z0-9_.-]+))(?::([0-9]{1,5}))?(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*");
    private static final Form FORM = new Form(
            "a base address",
            PARTS.pattern(),
            MOST_BYTES,
            "such as http://10.0.0.1:8080, without user, query and fragment");

    /**
     * Checks the form of the address; a slash at its end is taken away.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public BaseUrl {
        value = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        Matcher parts = PARTS.matcher(FORM.checked(value));
        if (parts.matches()) {
            new HostName(parts.group(1) == null ? parts.group(2) : parts.group(1));
            if (parts.group(3) != null) {
                Port.checked(Integer.parseInt(parts.group(3)));
            }
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
