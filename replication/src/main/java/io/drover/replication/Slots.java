/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Facts;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Physical replication slots, which hold WAL for a standby (PostgreSQL documentation, Replication Slots). */
public final class Slots {
    private static final String LIST =
            "SELECT slot_name, slot_type, active, active_pid, restart_lsn::text, wal_status FROM pg_replication_slots ORDER BY 1";
    private static final String RESTART =
            "SELECT slot_type, restart_lsn::text, wal_status FROM pg_replication_slots WHERE slot_name = ?";
    private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,63}");
    private static final Duration POLL = Duration.ofMillis(10);

    private Slots() {}

    /**
     * Creates a slot that reserves WAL at once, on a primary or on a standby, over a replication connection as {@code
     * drover_repl}: the same login that the copy will use, so a missing right shows before anything is copied. The driver's own
     * builder would reserve nothing (H90), hence the command. A slot on a standby keeps its position through the promotion
     * (H66). May be repeated.
     *
     * @param connection for looking, an ordinary one
     * @param replication opens a replication connection to the same server
     * @return restart_lsn
     * @throws DroverException STATE_CONFLICT when a slot of this name is of another kind or has lost its WAL
     */
    public static Lsn create(Connection connection, Supplier<Connection> replication, String slot) {
        if (Sql.first(connection, RESTART, row -> 1, slot).isEmpty()) {
            String command = "CREATE_REPLICATION_SLOT \"" + checked(slot) + "\" PHYSICAL RESERVE_WAL";
            try (Connection walsender = replication.get()) {
                Sql.text(walsender, command);
            } catch (SQLException e) {
                throw Sql.failed(command, e);
            }
        }
        return restartLsn(connection, slot)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.STATE_CONFLICT,
                        "slot " + slot + " exists, but holds no WAL for a standby",
                        "drop it and try again"));
    }

    /** A replication command takes no parameters, so its text is made of names that need no quoting only. */
    private static String checked(String slot) {
        if (!NAME.matcher(slot).matches()) {
            throw new DroverException(ErrorCode.INVALID_VALUE, "not the name of a slot: '" + slot + "'");
        }
        return slot;
    }

    /** Where the WAL that the slot holds begins; absent when there is no such physical slot or it has lost its WAL. */
    public static Optional<Lsn> restartLsn(Connection connection, String slot) {
        return Sql.first(
                        connection,
                        RESTART,
                        row -> row.getString(1).equals("physical") && !"lost".equals(row.getString(3))
                                ? Optional.ofNullable(lsn(row.getString(2)))
                                : Optional.<Lsn>empty(),
                        slot)
                .flatMap(found -> found);
    }

    /** Drops the slot, its walsender ended first. May be repeated. */
    public static void drop(Connection connection, String slot, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        while (true) {
            List<Facts.Slot> found = list(connection).stream()
                    .filter(each -> each.name().equals(slot))
                    .toList();
            if (found.isEmpty()) {
                return;
            }
            Integer pid = found.get(0).activePid();
            if (pid != null) {
                Sql.truth(connection, "SELECT pg_terminate_backend(?)", pid);
            } else if (dropped(connection, slot)) {
                return;
            }
            if (waiting.isOver()) {
                throw new DroverException(
                        ErrorCode.TIMEOUT, "slot " + slot + " was still in use after " + limit.toMillis() + " ms");
            }
            waiting.pause(POLL);
        }
    }

    /** All slots, logical ones too. */
    public static List<Facts.Slot> list(Connection connection) {
        return Sql.list(connection, LIST, Slots::read);
    }

    private static boolean dropped(Connection connection, String slot) {
        try {
            Sql.nullableText(connection, "SELECT pg_drop_replication_slot(?)", slot);
            return true;
        } catch (DroverException e) {
            // its standby has come back in between: end it again
            if (e.getCause() instanceof SQLException cause && "55006".equals(cause.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private static Facts.Slot read(ResultSet row) throws SQLException {
        int pid = row.getInt(4);
        @Nullable Integer activePid = row.wasNull() ? null : pid;
        return new Facts.Slot(
                row.getString(1),
                row.getString(2),
                row.getBoolean(3),
                activePid,
                lsn(row.getString(5)),
                row.getString(6));
    }

    static @Nullable Lsn lsn(@Nullable String text) {
        return text == null ? null : Lsn.parse(text);
    }
}
