/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Data directories on this machine. */
final class LocalDirectories implements DataDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDirectories.class);
    private static final List<String> LEFT = List.of(".staging-", ".rewinding-", ".set-aside-");

    private final PostgresBinaries binaries;
    private final AdoptionRules rules;

    LocalDirectories(PostgresBinaries binaries, AdoptionRules rules) {
        this.binaries = binaries;
        this.rules = rules;
    }

    /** Where the place is fixed, whether it holds a data directory: the place itself is always there. */
    @Override
    public boolean exists(Path directory) {
        return Files.exists(directory) && (Files.exists(directory.resolve("PG_VERSION")) || !FixedPlace.is(directory));
    }

    @Override
    public Path beside(Path dataDir, String mark) {
        return FixedPlace.beside(dataDir, mark);
    }

    @Override
    public void finishRenaming(Path dataDir) {
        List<Path> inner =
                LEFT.stream().flatMap(mark -> inside(dataDir, mark).stream()).toList();
        inner.stream().filter(DirectoryMove::isMovingAway).forEach(copy -> DirectoryMove.move(dataDir, copy));
        inner.stream().filter(DirectoryMove::isMovingBack).forEach(copy -> DirectoryMove.move(copy, dataDir));
    }

    /** Whether a file in a data directory that cannot be renamed is a copy beside it. */
    static boolean isMarked(Path dataDir, String name) {
        return LEFT.stream().anyMatch(mark -> name.startsWith(dataDir.getFileName() + mark));
    }

    @Override
    public String state(Path directory) {
        if (!Files.exists(directory)) {
            return "absent";
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isEmpty()) {
                return "empty";
            }
        } catch (IOException e) {
            return directory + " cannot be read: " + e.getMessage();
        }
        if (Files.exists(directory.resolve("PG_VERSION"))) {
            return directory + " holds a data directory";
        }
        return LEFT.stream().anyMatch(mark -> !inside(directory, mark).isEmpty())
                ? directory + " cannot be renamed, and holds copies of earlier moves"
                : directory + " is not empty";
    }

    @Override
    public String stateOfPlace(Path directory) {
        return Files.isSymbolicLink(directory) ? directory + " is a link" : state(directory);
    }

    @Override
    public List<String> leftovers(List<Path> dataDirs) {
        return dataDirs.stream()
                .distinct()
                .flatMap(dataDir -> leftovers(dataDir).stream())
                .toList();
    }

    private static List<String> leftovers(Path dataDir) {
        try {
            return LEFT.stream()
                    .flatMap(kind -> allMarked(dataDir, kind).stream())
                    .map(Path::toString)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            return List.of(e.getMessage() + ": " + e.getCause());
        }
    }

    @Override
    public List<Path> marked(Path dataDir, String mark) {
        return allMarked(dataDir, mark).stream().filter(Files::isDirectory).toList();
    }

    private static List<Path> allMarked(Path dataDir, String mark) {
        Path parent = dataDir.getParent();
        List<Path> beside = parent == null ? List.of() : startingWith(parent, dataDir.getFileName() + mark);
        return Stream.concat(beside.stream(), inside(dataDir, mark).stream()).toList();
    }

    private static List<Path> inside(Path dataDir, String mark) {
        return startingWith(dataDir, dataDir.getFileName() + mark);
    }

    private static List<Path> startingWith(Path directory, String name) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(name))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    @Override
    public Path named(String text) {
        Path path;
        try {
            path = Path.of(text).toRealPath();
            if (!Files.exists(path.resolve("PG_VERSION"))) {
                throw new IOException("it holds no PG_VERSION");
            }
        } catch (IOException | InvalidPathException e) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    text + " is no data directory that this agent can read: " + e.getMessage(),
                    "name the directory as the node sees it; the agent runs as its owner",
                    e);
        }
        if (!path.equals(Path.of(text))) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    text + " leads to " + path + " through a symbolic link or another detour; nothing was done",
                    "name " + path + ": a link that leads elsewhere one day would lead to another server");
        }
        requireAllowed(path);
        requireCopyable(path);
        return path;
    }

    /** Found on mount points: a base backup ends at what it cannot read (PostgreSQL documentation, Use of Secondary File Systems). */
    private static void requireCopyable(Path path) {
        List<Path> unreadable = startingWith(path, "").stream()
                .filter(entry -> !Files.isReadable(entry))
                .toList();
        if (!unreadable.isEmpty()) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "no copy could be made of " + path + ": PostgreSQL's user cannot read " + unreadable
                            + "; nothing was done",
                    "remove what is not PostgreSQL's, such as lost+found of a mount point (rmdir)");
        }
    }

    private void requireAllowed(Path path) {
        if (!rules.allows(path)) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    path + " does not lie below " + rules.roots() + ", where this agent adopts; nothing was done",
                    "add its parent to adoptRoots in the agent's configuration, when it is PostgreSQL's");
        }
    }

    @Override
    public PostmasterFile postmasterFile(Path dataDir) {
        return PostmasterFile.read(dataDir);
    }

    @Override
    public ControlData control(Path dataDir) {
        return ControlData.read(binaries, dataDir);
    }

    @Override
    public boolean isStandby(Path dataDir) {
        return StandbySetup.isStandby(dataDir);
    }

    @Override
    public boolean resumeStandby(Path dataDir, OptionalInt oldTimeline) {
        return !isStandby(dataDir) && TornPromotion.mend(dataDir, control(dataDir), oldTimeline);
    }

    @Override
    public boolean isUsed(Path directory) {
        return !new Postmaster(binaries, directory).stopped();
    }

    @Override
    public void make(Path directory) {
        DurableFiles.makeDirectory(directory);
    }

    @Override
    public void removeEmpty(Path directory) {
        try {
            if (FixedPlace.is(directory) && state(directory).equals("empty")) {
                return;
            }
            if (!Files.isSymbolicLink(directory)) {
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            LOG.debug("{} is not removed", directory, e);
        }
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "no copy is made: " + directory + " exists and is not this instance's",
                    "move it out of the way");
        }
    }

    @Override
    public void rename(Path from, Path to) {
        DirectoryMove.move(from, to);
    }

    @Override
    public boolean isEmptied(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.allMatch(file -> Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    @Override
    public void delete(Path directory) {
        LOG.info("deleting {}", directory);
        try {
            for (Path file : deletionOrder(directory)) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new DroverException(
                    Storage.codeOf(e.toString()), directory + " cannot be deleted completely: " + e, "try again", e);
        }
    }

    /** The control file goes last: it proves what the directory is, to the next purge when this one breaks off. */
    static List<Path> deletionOrder(Path directory) throws IOException {
        Path proof = directory.resolve("global/pg_control");
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted(Comparator.comparing((Path file) -> proof.startsWith(file))
                            .thenComparing(Comparator.reverseOrder()))
                    .toList();
        }
    }

    @Override
    public void discardStaging(Path staging) {
        BaseBackup.discard(staging);
    }

    @Override
    public void endPrograms(Path directory) {
        Orphans.end(directory);
    }

    @Override
    public void awaitPrograms(Path directory, Duration limit) {
        Orphans.await(directory, limit);
    }
}
