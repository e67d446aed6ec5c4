package io.drover.replication;

import io.drover.api.DroverException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What has to be asked in every database of an instance.
 *
 * @param unloggedTables {@code database.schema.table}
 * @param collations in use, as {@code libc:en_US.UTF-8} or {@code icu:de}
 * @param collationMismatches objects whose recorded version of a collation is not the actual one, or whose collation
 *     cannot be used at all
 * @param collationProbe hash of a list of words in the order of the collation
 */
record DatabaseFacts(
        List<String> unloggedTables,
        List<String> collations,
        List<String> collationMismatches,
        Map<String, String> collationProbe) {
    private static final int VERSIONED_DATABASES = 150000;

    /** Names of columns differ between the versions of the server, names in a row's JSON can be absent. */
    private static final String DATABASES = """
        SELECT datname,
            CASE coalesce(j ->> 'datlocprovider', 'c') WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' ELSE 'builtin' END,
            CASE coalesce(j ->> 'datlocprovider', 'c')
                WHEN 'i' THEN coalesce(j ->> 'datlocale', j ->> 'daticulocale') ELSE datcollate END
        FROM (SELECT d.datname, d.datcollate, to_jsonb(d) AS j FROM pg_database d
              WHERE d.datallowconn AND NOT d.datistemplate) x
        ORDER BY datname
        """;

    private static final String USED_COLLATIONS = """
        SELECT quote_ident(n.nspname) || '.' || quote_ident(c.collname),
            CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' ELSE 'builtin' END,
            coalesce(j ->> 'collocale', j ->> 'colliculocale', c.collcollate)
        FROM (SELECT DISTINCT attcollation FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
              WHERE r.oid >= 16384 AND NOT a.attisdropped AND a.attcollation <> 0) u
        JOIN pg_collation c ON c.oid = u.attcollation
        JOIN pg_namespace n ON n.oid = c.collnamespace
        CROSS JOIN LATERAL (SELECT to_jsonb(c) AS j) x
        WHERE c.collprovider <> 'd'
        ORDER BY 1
        """;

    private static final String UNLOGGED = """
        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relpersistence = 'u' AND c.relkind = 'r' ORDER BY 1
        """;

    /** Case, accents, punctuation and digits: where versions of libc and ICU have differed. */
    private static final String WORDS = """
        ARRAY['a', 'A', 'b', 'B', 'aa', 'a a', 'a-a', 'a.a', 'AB', 'ab', 'Ab', '\u00e4', '\u00c4', 'ae', '\u00e9',
            'e', 'z', 'Z', '\u00f1', 'n', '\u00df', 'ss', '1', '10', '2', '1-1', '11', '_a', '-a', ' a', 'co-op',
            'coop', 'CO-OP', 'o''c', 'oc']
        """;

    private static final Set<String> UNSORTED = Set.of("C", "POSIX");

    /** A collation in a database. */
    private record Used(String sqlName, String provider, String locale) {
        boolean sorts() {
            return !provider.equals("builtin") && !UNSORTED.contains(locale);
        }

        String key() {
            return provider + ":" + locale;
        }
    }

    static DatabaseFacts read(LocalServer server, Connection maintenance) throws SQLException {
        List<String> unlogged = new ArrayList<>();
        TreeSet<String> mismatches = new TreeSet<>();
        Map<String, String> probes = new TreeMap<>();
        boolean versioned = Integer.parseInt(Sql.text(maintenance, "SHOW server_version_num")) >= VERSIONED_DATABASES;
        for (Used database : Sql.list(
                maintenance, DATABASES, row -> new Used(row.getString(1), row.getString(2), row.getString(3)))) {
            String name = database.sqlName();
            try (Connection connection = server.connect(name)) {
                Sql.list(connection, UNLOGGED, row -> unlogged.add(name + "." + row.getString(1)));
                if (database.sorts()) {
                    probes.putIfAbsent(database.key(), probe(connection, ""));
                    if (versioned && changedDatabase(connection)) {
                        mismatches.add("database " + name);
                    }
                }
                readCollations(connection, name, mismatches, probes);
            }
        }
        return new DatabaseFacts(
                List.copyOf(unlogged), List.copyOf(probes.keySet()), List.copyOf(mismatches), Map.copyOf(probes));
    }

    private static void readCollations(
            Connection connection, String database, Set<String> mismatches, Map<String, String> probes) {
        for (Used used : Sql.list(
                connection, USED_COLLATIONS, row -> new Used(row.getString(1), row.getString(2), row.getString(3)))) {
            if (used.sorts()) {
                probes.putIfAbsent(used.key(), probe(connection, " COLLATE " + used.sqlName()));
                if (changedCollation(connection, used)) {
                    mismatches.add("collation " + database + "." + used.sqlName());
                }
            }
        }
    }

    private static boolean changedDatabase(Connection connection) {
        return Sql.truth(
                connection,
                "SELECT coalesce(datcollversion <> pg_database_collation_actual_version(oid), false)"
                        + " FROM pg_database WHERE datname = current_database()");
    }

    /** A collation whose locale does not exist on this node raises an error instead of a version. */
    private static boolean changedCollation(Connection connection, Used used) {
        try {
            return Sql.truth(
                    connection,
                    "SELECT coalesce(collversion <> pg_collation_actual_version(oid), false)"
                            + " FROM pg_collation WHERE oid = ?::regcollation",
                    used.sqlName());
        } catch (DroverException e) {
            return true;
        }
    }

    private static String probe(Connection connection, String collate) {
        try {
            return Sql.text(
                    connection,
                    "SELECT md5(string_agg(w, '|' ORDER BY w" + collate + ", w COLLATE \"C\")) FROM unnest(" + WORDS
                            + ") w");
        } catch (DroverException e) {
            return "cannot be sorted by: " + e.getMessage();
        }
    }
}
