/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What has to be asked database by database. Collations are probed by sorting, since equal version numbers do not make equal
 * orders and an index that another order was built with is silently wrong.
 *
 * @param collationProbe hash of the golden words in the order of each used collation
 */
record DatabaseFacts(
        List<String> unloggedTables,
        List<String> collations,
        List<String> collationMismatches,
        Map<String, String> collationProbe) {
    private static final String DATABASES = "SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1";
    private static final String UNLOGGED = """
            SELECT current_database() || '.' || n.nspname || '.' || c.relname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence = 'u' AND c.relkind IN ('r', 'm', 'S') ORDER BY 1""";

    /** Provider, locale and quoted name of each collation that a column of a user's table or index has. */
    private static final String COLUMN_COLLATIONS = """
            SELECT DISTINCT c.collprovider, %s, quote_ident(n.nspname) || '.' || quote_ident(c.collname),
                   coalesce(c.collversion <> pg_collation_actual_version(c.oid), false)
            FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_collation c ON c.oid = a.attcollation
                 JOIN pg_namespace n ON n.oid = c.collnamespace
            WHERE r.oid >= 16384 AND NOT a.attisdropped AND c.collprovider IN ('c', 'i')""";

    private static final String DATABASE_COLLATION =
            "SELECT %s, %s, 'pg_catalog.\"default\"', %s FROM pg_database WHERE datname = current_database()";
    private static final String PROBE =
            "SELECT md5(string_agg(word, ' ' ORDER BY word COLLATE %s, word COLLATE \"C\")) FROM unnest(?::text[]) AS word";

    /** Punctuation, case, digits, accents and scripts: what libraries have changed their minds about. */
    private static final String ASCII_WORDS =
            "{a,A,b,B,z,Z,aa,AA,a-a,\"a a\",a+a,ab,a-b,1,2,10,1-1,11,coop,co-op,co_op,CO-OP,\"\\\"\",\"$\",\"-\",\"--\"}";

    private static final String WORDS = ASCII_WORDS.substring(0, ASCII_WORDS.length() - 1)
            + ",\u00e4,\u00c4,\u00e5,ae,\u00e6,\u00f6,o,oe,\u00f8,ss,\u00df,sz,\u0161,s,c,ch,\u010d,cz,\u0142,l,"
            + "\u0430,\u0431,\u0451,\u4e00,\u4e8c,\u3042,\u30a2,\u20ac,\u00bd,\u2163,e\u0301,\u00e9,e}";

    private static final int ICU_IN_DATABASES = 150_000;
    private static final int ONE_LOCALE_COLUMN = 170_000;

    /** A collation in use. */
    private record Used(String provider, @Nullable String locale, String name, boolean mismatch) {
        Optional<String> label() {
            if (locale == null || locale.equals("C") || locale.equals("POSIX")) {
                return Optional.empty();
            }
            return switch (provider) {
                case "c" -> Optional.of("libc:" + locale);
                case "i" -> Optional.of("icu:" + locale);
                default -> Optional.empty();
            };
        }
    }

    static DatabaseFacts read(LocalServer server, Connection maintenance, int version) throws SQLException {
        List<String> unlogged = new ArrayList<>();
        TreeSet<String> mismatches = new TreeSet<>();
        Map<String, String> probes = new TreeMap<>();
        for (String database : Sql.list(maintenance, DATABASES, row -> row.getString(1))) {
            try (Connection connection = server.connect(database)) {
                unlogged.addAll(Sql.list(connection, UNLOGGED, row -> row.getString(1)));
                boolean unicode = Sql.text(connection, "SELECT current_setting('server_encoding')")
                        .equals("UTF8");
                for (Used used : used(connection, version)) {
                    if (used.mismatch()) {
                        mismatches.add(database + ": " + used.name() + " (" + used.locale() + ")");
                    }
                    used.label()
                            .ifPresent(label -> probes.computeIfAbsent(
                                    label,
                                    key -> Sql.text(
                                            connection, PROBE.formatted(used.name()), unicode ? WORDS : ASCII_WORDS)));
                }
            }
        }
        return new DatabaseFacts(unlogged, List.copyOf(probes.keySet()), List.copyOf(mismatches), probes);
    }

    private static List<Used> used(Connection connection, int version) {
        List<Used> used = new ArrayList<>(Sql.list(connection, columnCollations(version), DatabaseFacts::read));
        used.addAll(Sql.list(connection, databaseCollation(version), DatabaseFacts::read));
        return used;
    }

    private static Used read(ResultSet row) throws SQLException {
        return new Used(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4));
    }

    private static String columnCollations(int version) {
        String locale = version < ICU_IN_DATABASES
                ? "c.collcollate"
                : version < ONE_LOCALE_COLUMN
                        ? "coalesce(c.colliculocale, c.collcollate)"
                        : "coalesce(c.colllocale, c.collcollate)";
        return COLUMN_COLLATIONS.formatted(locale);
    }

    private static String databaseCollation(int version) {
        if (version < ICU_IN_DATABASES) {
            return DATABASE_COLLATION.formatted("'c'", "datcollate", "false");
        }
        String locale = version < ONE_LOCALE_COLUMN ? "daticulocale" : "datlocale";
        return DATABASE_COLLATION.formatted(
                "datlocprovider",
                "CASE datlocprovider WHEN 'c' THEN datcollate ELSE " + locale + " END",
                "coalesce(datcollversion <> pg_database_collation_actual_version(oid), false)");
    }
}
