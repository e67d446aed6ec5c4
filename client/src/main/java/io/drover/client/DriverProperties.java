/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.util.Map;
import java.util.Set;
import org.postgresql.PGProperty;

/**
 * Which properties of the PostgreSQL driver an application may set. They often come out of a file that others may write to than those
 * who write the program. A property that names a class, a file or a program has the driver load or write it
 * (CVE-2022-21724, CVE-2022-26520); one that names another server or role goes round the topology, and with it round the fence.
 */
final class DriverProperties {
    /** How a session talks, waits and shows values; and its TLS. */
    static final Set<String> ALLOWED = Set.of(
            "adaptiveFetch",
            "adaptiveFetchMaximum",
            "adaptiveFetchMinimum",
            "allowEncodingChanges",
            "assumeMinServerVersion",
            "autosave",
            "binaryTransfer",
            "binaryTransferDisable",
            "binaryTransferEnable",
            "cancelSignalTimeout",
            "channelBinding",
            "cleanupSavepoints",
            "connectTimeout",
            "convertBooleanToNumeric",
            "currentSchema",
            "databaseMetadataCacheFields",
            "databaseMetadataCacheFieldsMiB",
            "defaultRowFetchSize",
            "disableColumnSanitiser",
            "escapeSyntaxCallMode",
            "flushCacheOnDdl",
            "groupStartupParameters",
            "gssEncMode",
            "gssResponseTimeout",
            "hideUnprivilegedObjects",
            "localSocketAddress",
            "logServerErrorDetail",
            "logUnclosedConnections",
            "loginTimeout",
            "maxResultBuffer",
            "maxSendBufferSize",
            "options",
            "preferQueryMode",
            "prepareThreshold",
            "preparedStatementCacheQueries",
            "preparedStatementCacheSizeMiB",
            "queryTimeout",
            "quoteReturningIdentifiers",
            "reWriteBatchedInserts",
            "reWriteBatchedInsertsSize",
            "readOnly",
            "readOnlyMode",
            "receiveBufferSize",
            "requireAuth",
            "scramMaxIterations",
            "sendBufferSize",
            "socketTimeout",
            "ssl",
            "sslNegotiation",
            "sslResponseTimeout",
            "sslcert",
            "sslkey",
            "sslmode",
            "sslpassword",
            "sslrootcert",
            "stringtype",
            "tcpKeepAlive",
            "tcpNoDelay",
            "unknownLength");

    private DriverProperties() {}

    /**
     * Checks properties when the configuration is made, not at the first connection in the middle of a move.
     *
     * @throws IllegalArgumentException when the driver does not know one, or it may not be set
     */
    static void check(Map<String, String> properties) {
        properties.forEach((name, value) -> {
            if (PGProperty.forName(name) == null) {
                throw new IllegalArgumentException("the PostgreSQL driver has no property '" + name + "'");
            }
            if (!ALLOWED.contains(name)) {
                throw new IllegalArgumentException("the driver's property '" + name
                        + "' is not for applications to set: it names a class, a file, a server or a role;"
                        + " docs/client-kit.md lists those that are");
            }
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "the value of the driver's property '" + name + "' holds a zero byte");
            }
        });
    }
}
