/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.NodePath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** Data directories on a node, by name. A directory of another name than the data directory's own is never started (H57). */
public interface DataDirectories {
    /** Whether there is something of this name. */
    boolean exists(Path directory);

    /** {@code absent}, {@code empty}, or what is in the way. */
    String state(Path directory);

    /** The same of a place for a copy, which is renamed to that name: a link is in the way. */
    String stateOfPlace(Path directory);

    /**
     * A directory that belongs to a data directory, with its name and a mark: beside it, or in it where it cannot be renamed.
     *
     * @param mark such as {@code .staging-1a2b3c4d}
     */
    default Path beside(Path dataDir, String mark) {
        return dataDir.resolveSibling(dataDir.getFileName() + mark);
    }

    /** Brings a renaming to its end that broke off in the middle, as it can where a data directory cannot be renamed. */
    default void finishRenaming(Path dataDir) {
        // a renaming is one act
    }

    /** Whether nothing lies there. */
    default boolean isFree(Path directory) {
        String state = state(directory);
        return state.equals("absent") || state.equals("empty");
    }

    /** Directories that earlier moves have left beside data directories; copies that were set aside among them. */
    List<String> leftovers(List<Path> dataDirs);

    /** Directories beside a data directory with its name and a mark, or in it. */
    List<Path> marked(Path dataDir, String mark);

    /**
     * The path of a data directory that somebody has named.
     *
     * @throws DroverException INVALID_VALUE when it is none, when it leads through a link, or when none may lie there
     */
    Path named(NodePath name);

    /** What its running server has written there. */
    PostmasterFile postmasterFile(Path dataDir);

    /** Its control file. */
    ControlData control(Path dataDir);

    /** Whether a server would start in it as a standby. */
    boolean isStandby(Path dataDir);

    /**
     * Makes the directory of a server that died in its promotion that of a standby again. PostgreSQL removes standby.signal
     * before the new timeline begins; started without it, the server would take writes on the old one (H28).
     *
     * @param oldTimeline that of the source, when it is known
     * @return whether anything had to be done
     */
    boolean resumeStandby(Path dataDir, OptionalInt oldTimeline);

    /** Whether a server works in it. */
    boolean isUsed(Path directory);

    /** Makes it with what is above it, when it is missing. */
    void make(Path directory);

    /**
     * Removes it when it is empty: a finished copy gets its name.
     *
     * @throws DroverException STATE_CONFLICT when something is in it
     */
    void removeEmpty(Path directory);

    /** Renames it so that the new name survives a power loss; where it cannot be renamed, moves what is in it. */
    void rename(Path from, Path to);

    /** Whether nothing but directories is left in it. */
    boolean isEmptied(Path directory);

    /** Deletes it; follows no link. What proves its identity goes last. */
    void delete(Path directory);

    /** Removes a staging directory; refuses any other name. */
    void discardStaging(Path staging);

    /** Ends the programs that work on the directory, also a former agent's, and sees them gone. */
    void endPrograms(Path directory);

    /** Waits until the programs that work on the directory have ended by themselves: half their work is worse than none. */
    void awaitPrograms(Path directory, Duration limit);
}
