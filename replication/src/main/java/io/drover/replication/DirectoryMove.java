/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives a data directory another name. Where the place is fixed one of the two lies in the other, and what is in it is moved entry by
 * entry. PG_VERSION, without which no server starts, goes away first and comes back last; a marker tells which of the two was begun, so
 * that whoever repeats it goes on.
 */
final class DirectoryMove {
    private static final String VERSION = "PG_VERSION";
    private static final String AWAY = ".drover-moving-away";
    private static final String NEW = ".drover-new";
    private static final String BACK = ".drover-moving-back";
    /** Of the file system, and not PostgreSQL's. */
    private static final String LOST_AND_FOUND = "lost+found";

    private DirectoryMove() {}

    /** The target must not exist, unless it is the fixed place or was begun. */
    static void move(Path from, Path to) {
        if (to.startsWith(from)) {
            away(from, to);
        } else if (from.startsWith(to)) {
            back(from, to);
        } else {
            DurableFiles.rename(from, to);
        }
    }

    /** Whether a move to the directory was begun and has not come to its end. */
    static boolean isMovingAway(Path inner) {
        return Files.exists(inner.resolve(AWAY));
    }

    /** Whether a move out of the directory was begun: what is left in it is not all of it. */
    static boolean isMovingBack(Path inner) {
        return Files.exists(inner.resolve(BACK));
    }

    private static void away(Path place, Path inner) {
        if (Files.exists(inner) && !isMovingAway(inner)) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, place + " is not moved to " + inner + ", because that exists");
        }
        try {
            if (!Files.exists(inner)) {
                begin(place, inner);
            }
            if (Files.exists(place.resolve(VERSION))) {
                entry(place.resolve(VERSION), inner);
            }
            DurableFiles.sync(place);
            DurableFiles.sync(inner);
            moveEntries(place, inner, List.of());
            DurableFiles.sync(place);
            DurableFiles.sync(inner);
            Files.delete(inner.resolve(AWAY));
            DurableFiles.sync(inner);
        } catch (IOException e) {
            throw DurableFiles.failed("could not move what is in " + place + " to " + inner, e);
        }
    }

    /** It has its marker as soon as it is there. */
    private static void begin(Path place, Path inner) throws IOException {
        Path made = place.resolve(NEW);
        DurableFiles.createDirectory(made);
        DurableFiles.replace(made.resolve(AWAY), "");
        Files.move(made, inner, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.sync(place);
    }

    private static void back(Path inner, Path place) {
        boolean last = isMovingBack(inner) && !Files.exists(inner.resolve(VERSION));
        if (Files.exists(place.resolve(VERSION)) && !last) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, inner + " is not moved to " + place + ", which holds a data directory");
        }
        try {
            if (!last) {
                DurableFiles.replace(inner.resolve(BACK), "");
                moveEntries(inner, place, List.of(VERSION, BACK));
                DurableFiles.sync(place);
                entry(inner.resolve(VERSION), place);
                DurableFiles.sync(place);
            }
            Files.delete(inner.resolve(BACK));
            // nothing may be left in it
            Files.delete(inner);
            DurableFiles.sync(place);
        } catch (IOException e) {
            throw DurableFiles.failed("could not move what is in " + inner + " to " + place, e);
        }
    }

    /** Other copies stay where they are. */
    private static void moveEntries(Path from, Path to, List<String> kept) {
        try (Stream<Path> entries = Files.list(from)) {
            for (Path file : entries.toList()) {
                String name = String.valueOf(file.getFileName());
                boolean stays = kept.contains(name)
                        || name.equals(LOST_AND_FOUND)
                        || LocalDirectories.isMarked(from, name)
                        || to.startsWith(file);
                if (!stays) {
                    entry(file, to);
                }
            }
        } catch (IOException e) {
            throw DurableFiles.failed("could not move what is in " + from + " to " + to, e);
        }
    }

    private static void entry(Path file, Path directory) throws IOException {
        Files.move(file, directory.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
}
