/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.SetAsideReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoint.When;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.ControlData;
import io.drover.replication.Postmaster;
import io.drover.replication.StandbySetup;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies that are no longer needed: a move only renames them (rule R9); a separate act deletes them, with proof of identity (H70). */
final class SetAsideVerbs {
    private static final Logger LOG = LoggerFactory.getLogger(SetAsideVerbs.class);
    private static final String MARK = ".set-aside-";
    private static final String REWINDING = ".rewinding-";

    private final NodeTools tools;
    private final Jobs jobs;
    private final TopologyStore topology;

    SetAsideVerbs(NodeTools tools, Jobs jobs, TopologyStore topology) {
        this.tools = tools;
        this.jobs = jobs;
        this.topology = topology;
    }

    void addTo(VerbTable table) {
        table.on(
                Verb.SetAside.class,
                VerbTable.<Verb.SetAside, SetAsideReport>row(this::setAside)
                        .nothingWhenUnknown(() -> new SetAsideReport(List.of())));
        table.on(
                Verb.RemoveCopy.class,
                VerbTable.<Verb.RemoveCopy, SetAsideReport>row((verb, call) -> removeCopy(call))
                        .beside()
                        .nothingWhenUnknown(() -> new SetAsideReport(List.of())));
        table.on(
                Verb.Purge.class,
                VerbTable.<Verb.Purge, SetAsideReport>row((verb, call) -> purge(call))
                        .beside()
                        .outsideMoves()
                        .nothingWhenUnknown(() -> new SetAsideReport(List.of())));
    }

    /** A copy of a drill. It may take long, so only the proof is made while the instance is held. */
    private SetAsideReport removeCopy(VerbCall call) {
        Path wanted = call.record().beside("set-aside", call.move());
        List<Path> proven = call.instance()
                .exclusively(
                        call.deadline(),
                        () -> directories(call.record()).stream()
                                .filter(directory -> isOf(directory, wanted))
                                .toList());
        proven.forEach(directory -> {
            prove(call.record(), directory);
            proveNeverPromoted(directory);
        });
        proven.forEach(directory -> FaultPoints.around("remove-copy", "delete", () -> delete(directory)));
        return new SetAsideReport(names(proven));
    }

    /** Also a second one, of a copy that was begun anew. */
    private static boolean isOf(Path directory, Path wanted) {
        return directory.equals(wanted) || directory.getFileName().toString().startsWith(wanted.getFileName() + "-");
    }

    private void proveNeverPromoted(Path directory) {
        if (isEmptied(directory)) {
            return;
        }
        String state = ControlData.read(tools.binaries(), directory).clusterState();
        boolean standby = state.equals("shut down in recovery") || state.equals("in archive recovery");
        if (!standby || !StandbySetup.isStandby(directory)) {
            throw refused(directory, "it does not look like a copy that was never promoted: it is " + state);
        }
    }

    private SetAsideReport setAside(Verb.SetAside verb, VerbCall call) {
        InstanceRecord record = call.record();
        if (!tools.postmaster(record).stopped()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, "instance " + record.instance() + " runs and is not set aside");
        }
        // a rejoin that still runs would put the directory back and start it
        jobs.cancel(call.instance());
        jobs.requireEnded(call.instance());
        if (Files.exists(record.dataDir())) {
            rename(record.dataDir(), free(record.beside("set-aside", call.move())));
        }
        marked(record.dataDir(), REWINDING).forEach(SetAsideVerbs::setRewindAside);
        call.instance()
                .update(current -> current.withRole(Role.DEMOTED)
                        .withSeal(null)
                        .withSettings(List.of())
                        .withJob(null)
                        .withStopped(true));
        return new SetAsideReport(names(directories(record)));
    }

    /** What a rewind left that did not come to its end. */
    private static void setRewindAside(Path directory) {
        Orphans.end(directory);
        String name = String.valueOf(directory.getFileName());
        rename(directory, free(directory.resolveSibling(name.replace(REWINDING, MARK))));
    }

    private static void rename(Path from, Path to) {
        try {
            FaultPoints.reach("set-aside", "rename", When.BEFORE);
            DurableFile.rename(from, to);
            FaultPoints.reach("set-aside", "rename", When.AFTER);
            LOG.info("{} is set aside as {}", from, to);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    from + " cannot be renamed to " + to + ": " + e,
                    "a data directory that is a mount point cannot be set aside; move its files by hand",
                    e);
        }
    }

    /** A move that came to this node twice leaves two copies. */
    private static Path free(Path wanted) {
        Path name = wanted;
        for (int i = 2; Files.exists(name); i++) {
            name = wanted.resolveSibling(wanted.getFileName() + "-" + i);
        }
        return name;
    }

    /** Deleting takes long, and an instance that is busy is not looked after: only the proof is made while it is. */
    private SetAsideReport purge(VerbCall call) {
        List<Path> proven = call.instance().exclusively(call.deadline(), () -> proven(call.record()));
        proven.forEach(SetAsideVerbs::delete);
        return new SetAsideReport(names(proven));
    }

    private List<Path> proven(InstanceRecord record) {
        List<Path> found = directories(record);
        if (!found.isEmpty()) {
            requireServed(record);
            found.forEach(directory -> prove(record, directory));
        }
        return found;
    }

    /** Nothing is deleted while it is not known that the shards are served, nor during a move. */
    private void requireServed(InstanceRecord record) {
        List<Versioned<ShardTopology>> topologies = topology.readInstance(record.instance());
        if (!mayPurge(topologies.stream().map(Versioned::value).toList())) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "nothing is purged: not every shard of instance " + record.instance()
                            + " is SERVING without a move",
                    "wait until the move has ended");
        }
        topology.verify(topologies);
    }

    static boolean mayPurge(List<ShardTopology> topologies) {
        return !topologies.isEmpty()
                && topologies.stream().allMatch(t -> t.state() == TopologyState.SERVING && t.move() == null);
    }

    private void prove(InstanceRecord record, Path directory) {
        if (directory.equals(record.dataDir())) {
            throw refused(directory, "it is the data directory in use");
        }
        if (isEmptied(directory)) {
            return;
        }
        if (!ControlData.read(tools.binaries(), directory).systemIdentifier().equals(record.instance())) {
            throw refused(directory, "it belongs to another instance");
        }
        if (!new Postmaster(tools.binaries(), directory).stopped()) {
            throw refused(directory, "a server works in it");
        }
    }

    private static DroverException refused(Path directory, String why) {
        return new DroverException(
                ErrorCode.IDENTITY_MISMATCH, directory + " is not deleted: " + why, "nothing was deleted");
    }

    /** What is left when a purge broke off at its very end. */
    private static boolean isEmptied(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.allMatch(file -> Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    /** Deletes what lies in the directory; links, to tablespaces for example, are removed and not followed. */
    private static void delete(Path directory) {
        LOG.info("deleting {}", directory);
        try {
            for (Path file : deletionOrder(directory)) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED, directory + " cannot be deleted completely: " + e, "try again", e);
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

    /** Directories beside the data directories, former ones too, and where Drover would have put it, with its name and the mark. */
    private List<Path> directories(InstanceRecord record) {
        return Stream.concat(
                        record.dataDirs().stream(),
                        Stream.of(tools.layout(record).data()))
                .distinct()
                .flatMap(dataDir -> marked(dataDir, MARK).stream())
                .sorted()
                .toList();
    }

    private static List<Path> marked(Path dataDir, String mark) {
        Path parent = dataDir.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> entry.getFileName().toString().startsWith(dataDir.getFileName() + mark))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + parent, e);
        }
    }

    private static List<String> names(List<Path> directories) {
        return directories.stream().map(Path::toString).toList();
    }
}
