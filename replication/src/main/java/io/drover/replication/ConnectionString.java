/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A libpq connection string (PostgreSQL documentation, Keyword/Value Connection Strings); never with a password in it. */
final class ConnectionString {
    private static final Set<String> ALLOWED = Set.of(
            "host",
            "port",
            "user",
            "dbname",
            "application_name",
            "passfile",
            "connect_timeout",
            "keepalives_idle",
            "sslmode",
            "sslrootcert");

    /** A value in quotes, where a backslash stands before a quote or a backslash, or a bare one. */
    private static final Pattern NAME =
            Pattern.compile("(?:^|\\s)(fallback_)?application_name\\s*=\\s*('(?:[^'\\\\]|\\\\.)*'|[^\\s']+)");

    private ConnectionString() {}

    static String of(Map<String, String> values) {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .map(entry -> key(entry.getKey()) + "='" + escaped(entry.getValue()) + "'")
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

    private static String key(String key) {
        if (!ALLOWED.contains(key)) {
            throw new DroverException(ErrorCode.INTERNAL, "BUG: connection keyword '" + key + "' is not allowed");
        }
        return key;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("'", "\\'");
    }
}
