/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something on the source that stands in the way of a cutover, or that a cutover would break off.
 *
 * @param kind what it is, and what is done about it
 * @param pid the process that is at it, or null when none is
 * @param owner whose it is: user, database and application; what the server does by itself is the server's
 * @param what it itself, with names
 * @param ageMillis how long it has been there
 * @param delayMillis how much longer it will take, as far as can be told; null when nothing tells
 * @param delayFrom where {@code delayMillis} comes from
 */
public record Blocker(
        Kind kind,
        @Nullable Integer pid,
        String owner,
        String what,
        long ageMillis,
        @Nullable Long delayMillis,
        String delayFrom) {
    public Blocker {
        // names that clients give themselves
        owner = SafeText.line(owner);
        what = SafeText.line(what);
    }

    /** What the cutover does about one that nobody ends. */
    public enum Stance {
        /** Waits for it; when it is there at the limit still, the cutover is undone. */
        HOLDS,
        /** Waits for it; when it is there at the limit still, the cutover goes on and breaks it off. */
        DELAYS,
        /** Names it and waits for nothing: a check of the preflight refuses the cutover, however long that waits. */
        SHOWN
    }

    /**
     * Every kind. A process that is of several is named once, by the first of them.
     *
     * <p>Only what rolls back and leaves nothing is ever ended for a move, and only sessions of clients can be ended that way.
     */
    public enum Kind {
        CONCURRENT_INDEX(Stance.HOLDS, false, "let it finish: ended, it leaves an invalid index behind"),
        DDL(Stance.HOLDS, true, "let it finish, or end it with pg_terminate_backend: it rolls back"),
        IDLE_IN_TRANSACTION(
                Stance.HOLDS,
                true,
                "have the application commit, or end it with pg_terminate_backend; idle_in_transaction_session_timeout"
                        + " keeps it from coming back"),
        LONG_TRANSACTION(
                Stance.HOLDS, true, "let it finish, or end it with pg_terminate_backend: its work is rolled back"),
        PREPARED_TRANSACTION(
                Stance.HOLDS,
                false,
                "have its coordinator end it: only that knows whether it is COMMIT PREPARED or ROLLBACK PREPARED"),
        BASE_BACKUP(Stance.HOLDS, false, "let the backup finish, or have whoever began it end it"),
        ARCHIVE_BACKLOG(Stance.HOLDS, false, "mend archive_command and let it catch up"),
        WRAPAROUND_VACUUM(
                Stance.DELAYS,
                false,
                "let it finish: broken off, it begins again on the new primary; ended, autovacuum starts it anew at once"),
        LOGICAL_CONSUMER(
                Stance.SHOWN,
                false,
                "stop the consumer and drop its slot: slots do not move with the shard, and P16 refuses as long as one exists");

        private final Stance stance;
        private final boolean terminable;
        private final String remedy;

        Kind(Stance stance, boolean terminable, String remedy) {
            this.stance = stance;
            this.terminable = terminable;
            this.remedy = remedy;
        }

        /** What the cutover does about it. */
        public Stance stance() {
            return stance;
        }

        /** Whether {@code blockers: terminate} ends it. */
        public boolean terminable() {
            return terminable;
        }

        /** What a person can do about it. */
        public String remedy() {
            return remedy;
        }

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The same in one line, for people. */
    public String line() {
        String process = pid == null ? "" : " process " + pid;
        String delay = delayMillis == null ? "nobody can tell for how long" : "about " + seconds(delayMillis) + " more";
        return kind.text() + process + " of " + owner + ": " + what + ", for " + seconds(ageMillis) + ", " + delay;
    }

    private static String seconds(long millis) {
        return (millis + 500) / 1000 + " s";
    }
}
