/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.ApplicationName;
import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.HostName;
import io.drover.api.NodePath;
import io.drover.api.Port;
import io.drover.api.RoleName;
import io.drover.api.SafeText;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A libpq connection string (PostgreSQL documentation, Keyword/Value Connection Strings), the one place where one is made. Only what is
 * listed here can stand in it, each with a value of its own form: no password, and none of the keywords that lead elsewhere, read a file
 * of services or pass options to the server; one host, and no socket.
 */
public final class ConnectionString {
    /** What {@link #of} makes. */
    static final String FORM =
            "[a-z_]+='(?:[^'\\\\\\p{Cntrl}]++|\\\\.)*'(?: [a-z_]+='(?:[^'\\\\\\p{Cntrl}]++|\\\\.)*')*";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
    private static final Set<String> SSL_MODES = Set.of("disable", "require", "verify-ca", "verify-full");

    /** The keywords, and what refuses a wrong value. */
    private static final Map<String, Consumer<String>> ALLOWED = Map.of(
            "host", HostName::new,
            "port", ConnectionString::port,
            "user", RoleName::new,
            "dbname", DatabaseName::new,
            "application_name", ApplicationName::new,
            "passfile", NodePath::new,
            "sslmode", value -> require(SSL_MODES.contains(value), value),
            "sslrootcert", NodePath::new,
            "connect_timeout", value -> require(NUMBER.matcher(value).matches(), value),
            "keepalives_idle", value -> require(NUMBER.matcher(value).matches(), value));

    /** A value in quotes, where a backslash stands before a quote or a backslash, or a bare one. */
    private static final Pattern NAME =
            Pattern.compile("(?:^|\\s)(fallback_)?application_name\\s*=\\s*('(?:[^'\\\\]++|\\\\.)*'|[^\\s']+)");

    /** A keyword or a parameter of a URI with its value; a quote that is not closed hides what is left. */
    private static final Pattern PASSWORD =
            Pattern.compile("(?i)(password\\s*=\\s*)('(?:[^'\\\\]++|\\\\.)*+(?:'|$)|[^\\s'&]+)");

    private static final Pattern PASSWORD_OF_URI = Pattern.compile("(://[^:/@\\s]*:)[^@\\s]*@");

    private ConnectionString() {}

    /**
     * A value of a setting as it may be shown. A connection string of somebody else's standby, such as {@code pg_basebackup -R} writes
     * it, may hold its password.
     */
    static @Nullable String withoutPassword(@Nullable String value) {
        if (value == null) {
            return null;
        }
        String hidden = PASSWORD.matcher(value).replaceAll("$1***");
        return PASSWORD_OF_URI.matcher(hidden).replaceAll("$1***@");
    }

    /**
     * The string.
     *
     * @throws DroverException INTERNAL for a keyword that is not allowed, INVALID_VALUE for a value that has not its keyword's form
     */
    public static String of(Map<String, String> values) {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .map(entry ->
                                checked(entry.getKey(), entry.getValue()) + "='" + escaped(entry.getValue()) + "'")
                        .collect(Collectors.joining(" "));
    }

    /** The name under which a walreceiver connects, as pg_stat_wal_receiver shows its connection string. */
    static Optional<String> applicationName(String connection) {
        String name = null;
        Matcher matcher = NAME.matcher(connection);
        while (matcher.find()) {
            if (matcher.group(1) == null || name == null) {
                name = unquoted(matcher.group(2));
            }
        }
        return Optional.ofNullable(name);
    }

    private static String unquoted(String value) {
        return value.startsWith("'") ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    private static String checked(String keyword, String value) {
        Consumer<String> form = ALLOWED.get(keyword);
        if (form == null) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: connection keyword '" + keyword + "' is not allowed");
        }
        try {
            form.accept(value);
        } catch (IllegalArgumentException e) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "no connection string is made: the value of " + keyword + " is wrong: " + e.getMessage(),
                    null,
                    e);
        }
        return keyword;
    }

    private static void port(String value) {
        require(NUMBER.matcher(value).matches(), value);
        Port.checked(Integer.parseInt(value));
    }

    private static void require(boolean right, String value) {
        if (!right) {
            throw new IllegalArgumentException(SafeText.quoted(value));
        }
    }

    static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("'", "\\'");
    }
}
