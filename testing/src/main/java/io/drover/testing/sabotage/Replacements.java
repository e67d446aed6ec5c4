/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.replication.AllowList;
import io.drover.replication.Rewind;
import io.drover.replication.TimelineHistory;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import net.bytebuddy.asm.Advice;

/**
 * What replaced methods do instead. Byte Buddy copies the code into the methods, so it names only what a daemon can see. A method
 * whose first part answers {@code true} does nothing of its own.
 */
@SuppressWarnings({"unused", "UnusedVariable", "ParameterAssignment"}) // copied elsewhere, never called here
final class Replacements {
    private Replacements() {}

    /** Does nothing; a number is 0. */
    static final class Skip {
        private Skip() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Origin("#t.#m") String method) {
            Hits.note(method);
            return true;
        }
    }

    /** Says that all of nobody was held. */
    static final class NobodyHeld {
        private NobodyHeld() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Origin("#t.#m") String method) {
            Hits.note(method);
            return true;
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) OptionalInt held) {
            held = OptionalInt.of(0);
        }
    }

    /** Spares whom the view of sessions does not show. */
    static final class SparesUnseen {
        private SparesUnseen() {}

        @Advice.OnMethodExit
        static void exit(
                @Advice.Origin("#t.#m") String method,
                @Advice.Argument(0) Connection connection,
                @Advice.Argument(1) int postmaster,
                @Advice.Return(readOnly = false) AllowList spared) {
            Hits.note(method);
            spared = Harm.withUnseen(spared, connection, postmaster);
        }
    }

    /** Stops later. */
    static final class StopLate {
        private StopLate() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Origin("#t.#m") String method) {
            Hits.note(method);
            Harm.lateness();
        }
    }

    /** Opens first, and stops later. */
    static final class OpenAtStop {
        private OpenAtStop() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Origin("#t.#m") String method, @Advice.Argument(1) Object call) {
            Hits.note(method);
            Harm.open(call);
            Harm.lateness();
        }
    }

    /** Clears the guard first, and stops later. */
    static final class ClearGuardAtStop {
        private ClearGuardAtStop() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Origin("#t.#m") String method, @Advice.Argument(1) Object call) {
            Hits.note(method);
            Harm.clearGuard(call);
            Harm.lateness();
        }
    }

    /** Leaves synchronous_standby_names as it was. */
    static final class GuardAsItWas {
        private GuardAsItWas() {}

        @Advice.OnMethodExit
        static void exit(
                @Advice.Origin("#t.#m") String method,
                @Advice.Argument(0) String existing,
                @Advice.Return(readOnly = false) String armed) {
            Hits.note(method);
            armed = existing;
        }
    }

    /** Waits for no time at all. */
    static final class DrainAtOnce {
        private DrainAtOnce() {}

        @Advice.OnMethodEnter
        static void enter(
                @Advice.Origin("#t.#m") String method, @Advice.Argument(value = 1, readOnly = false) Duration limit) {
            Hits.note(method);
            limit = Duration.ZERO;
        }
    }

    /** The fork may lie anywhere. */
    static final class ForkAnywhere {
        private ForkAnywhere() {}

        @Advice.OnMethodEnter
        static void enter(
                @Advice.Origin("#t.#m") String method, @Advice.Argument(value = 2, readOnly = false) Lsn atLeast) {
            Hits.note(method);
            atLeast = new Lsn(0);
        }
    }

    /** Pretends that the old timeline was left where it should have been. */
    static final class AnyTimeline {
        private AnyTimeline() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Origin("#t.#m") String method) {
            Hits.note(method);
            return true;
        }

        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(1) int oldTimeline,
                @Advice.Argument(2) Lsn atLeast,
                @Advice.Return(readOnly = false) TimelineHistory.Entry parent) {
            parent = new TimelineHistory.Entry(oldTimeline, atLeast);
        }
    }

    /** Finds nothing past the fork. */
    static final class NothingFound {
        private NothingFound() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Origin("#t.#m") String method) {
            Hits.note(method);
            return true;
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) AuditReport report) {
            report = new AuditReport(0, 0, 0, List.of(), null, null);
        }
    }

    /** Writes over whatever is there, and takes any version for the one that was read. */
    static final class AnyVersion {
        private AnyVersion() {}

        @Advice.OnMethodEnter
        static void enter(
                @Advice.Origin("#t.#m") String method, @Advice.Argument(value = 1, readOnly = false) int version) {
            // a rehearsed write has to be refused
            if (version != Integer.MAX_VALUE) {
                Hits.note(method);
                version = -1;
            }
        }
    }

    /** Says yes. */
    static final class Yes {
        private Yes() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Origin("#t.#m") String method, @Advice.Return(readOnly = false) boolean answer) {
            Hits.note(method);
            answer = true;
        }
    }

    /** Starts a server so that it hears its clients, whatever a seal has put into its files. */
    static final class Hearing {
        private Hearing() {}

        @Advice.OnMethodEnter
        static void enter(
                @Advice.Origin("#t.#m") String method,
                @Advice.Argument(value = 0, readOnly = false) List<String> options) {
            Hits.note(method);
            options = Harm.hearing(options);
        }
    }

    /** Rewinds a directory under the name that everybody starts it by. */
    static final class InPlace {
        private InPlace() {}

        @Advice.OnMethodEnter
        static void enter(
                @Advice.Origin("#t.#m") String method, @Advice.Argument(value = 0, readOnly = false) Rewind.Spec spec) {
            Hits.note(method);
            spec = Harm.inPlace(spec);
        }
    }

    /** Leaves a directory that has its name already. */
    static final class InstalledInPlace {
        private InstalledInPlace() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(
                @Advice.Origin("#t.#m") String method, @Advice.Argument(0) Path from, @Advice.Argument(1) Path to) {
            Hits.note(method);
            return from.equals(to);
        }
    }
}
