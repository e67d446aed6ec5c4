/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.api.MoveRequest.Mode;
import io.drover.api.agent.Facts.Archiver;
import java.util.Optional;
import java.util.Set;

/** How the source is to be stopped in the pause, where nobody asks for a mode; and what speaks against one that somebody asks for. */
public final class CutoverMode {
    /** Values of archive_mode with which a server archives. */
    static final Set<String> ARCHIVING = Set.of("on", "always");

    private static final String REMEDY = "leave the mode to auto, or ask for clean-stop; or ";

    private CutoverMode() {}

    /** The mode that was asked for; for auto clean-stop where sealed would be refused, else sealed. */
    public static Mode of(PreflightFacts facts) {
        Mode asked = facts.request().mode();
        if (asked != Mode.AUTO) {
            return asked;
        }
        return hasUnknownWorkers(facts) || archivesByLibrary(facts) ? Mode.CLEAN_STOP : Mode.SEALED;
    }

    /** What a worker does that Drover does not know nobody can say: only its own server ends it as it has to be ended. */
    static Optional<Finding> unknownWorkers(PreflightFacts facts) {
        return Finding.when(
                hasUnknownWorkers(facts) && !shutsDown(facts),
                "background workers " + facts.source().backgroundWorkers()
                        + " may write on both sides; with them the source has to be shut down in order, which only the mode"
                        + " clean-stop does, not " + facts.request().mode().text(),
                REMEDY + "take them out of shared_preload_libraries for the time of the move (restart)");
    }

    /** A segment that a server has not archived when it stops nobody else can archive with its library (H78). */
    static Optional<Finding> archiveLibrary(PreflightFacts facts) {
        return Finding.when(
                archivesByLibrary(facts) && !shutsDown(facts),
                "archive_library is '" + facts.source().archiver().library()
                        + "': the last segments of a source that is stopped at once cannot be archived through it; that"
                        + " needs the mode clean-stop, not "
                        + facts.request().mode().text(),
                REMEDY + "use an archive_command for the time of the move");
    }

    private static boolean hasUnknownWorkers(PreflightFacts facts) {
        return !facts.source().backgroundWorkers().isEmpty();
    }

    private static boolean archivesByLibrary(PreflightFacts facts) {
        Archiver archiver = facts.source().archiver();
        return ARCHIVING.contains(archiver.mode()) && !archiver.library().isBlank();
    }

    /** Auto would choose it. */
    private static boolean shutsDown(PreflightFacts facts) {
        return facts.request().mode() == Mode.AUTO || facts.request().mode() == Mode.CLEAN_STOP;
    }
}
