/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What the shard has to bear while it is switched. */
public enum LoadKind {
    /** Nothing but a light probe. */
    IDLE(50, 0) {
        @Override
        List<WriterKind> writers(int count) {
            return List.of(WriterKind.PACED);
        }
    },
    /** So many clients that write as fast as they are acknowledged. */
    WRITERS(500, 0) {
        @Override
        List<WriterKind> writers(int count) {
            return Collections.nCopies(count, WriterKind.QUICK);
        }
    },
    /** The same, but a quarter of them has transactions of 200 ms. */
    LONG(300, 1) {
        @Override
        List<WriterKind> writers(int count) {
            int slow = Math.max(1, count / 4);
            return join(Math.max(1, count - slow), slow, WriterKind.LONG);
        }
    },
    /** So many clients, and two more that make WAL as fast as the disk takes it: at least 10 MB in a second. */
    WAL(50, 10e6 / WriterKind.BULK_BYTES) {
        @Override
        List<WriterKind> writers(int count) {
            return join(count, 2, WriterKind.BULK);
        }
    };

    private final double leastPerSecond;
    private final double leastBackground;

    LoadKind(double leastPerSecond, double leastBackground) {
        this.leastPerSecond = leastPerSecond;
        this.leastBackground = leastBackground;
    }

    /** What each of its clients does. */
    abstract List<WriterKind> writers(int count);

    /** How many connections it uses at once. */
    public int connections(int count) {
        return writers(count).size();
    }

    /** Whether a switch had too little of it before for its gaps to prove anything. */
    public boolean isVacuous(Observed observed) {
        return observed.pauses().writesPerSecondBefore() < leastPerSecond || observed.background() < leastBackground;
    }

    /** Its name on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The tables that any load of this size writes into; the first is the tests' own. */
    public static List<String> tables(int count) {
        List<String> tables = new ArrayList<>(List.of("ledger"));
        List<WriterKind> writers = WAL.writers(count);
        for (int i = 0; i < writers.size(); i++) {
            if (writers.get(i) == WriterKind.BULK) {
                tables.add(WriterKind.bulkTable(i));
            }
        }
        return tables;
    }

    /** Makes those of them that the tests do not have. */
    public static void createTables(Connection connection, int count) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : tables(count).subList(1, tables(count).size())) {
                statement.execute("create table if not exists " + table + " (i bigint not null, note text not null)");
            }
        }
    }

    private static List<WriterKind> join(int quick, int others, WriterKind kind) {
        List<WriterKind> all = new ArrayList<>(Collections.nCopies(quick, WriterKind.QUICK));
        all.addAll(Collections.nCopies(others, kind));
        return List.copyOf(all);
    }
}
