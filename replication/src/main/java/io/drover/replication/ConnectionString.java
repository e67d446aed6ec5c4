/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A libpq connection string (PostgreSQL documentation, Keyword/Value Connection Strings); never with a password in it. */
final class ConnectionString {
    private static final Set<String> ALLOWED = Set.of(
            "host", "port", "user", "dbname", "application_name", "passfile", "connect_timeout", "keepalives_idle");

    private ConnectionString() {}

    static String of(Map<String, String> values) {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .map(entry -> key(entry.getKey()) + "='" + escaped(entry.getValue()) + "'")
                        .collect(Collectors.joining(" "));
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
