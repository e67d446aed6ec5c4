/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.SetAsideReport;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.DataDirectories;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.nio.file.Path;
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
    private final DataDirectories directories;

    SetAsideVerbs(NodeTools tools, Jobs jobs, TopologyStore topology) {
        this.tools = tools;
        this.jobs = jobs;
        this.topology = topology;
        this.directories = tools.directories();
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
        Path wanted = tools.beside(call.record(), "set-aside", call.move());
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
        proven.forEach(directory -> FaultPoints.around("remove-copy", "delete", () -> directories.delete(directory)));
        return new SetAsideReport(names(proven));
    }

    /** Also a second one, of a copy that was begun anew. */
    private static boolean isOf(Path directory, Path wanted) {
        return directory.equals(wanted) || directory.getFileName().toString().startsWith(wanted.getFileName() + "-");
    }

    private void proveNeverPromoted(Path directory) {
        if (directories.isEmptied(directory)) {
            return;
        }
        String state = directories.control(directory).clusterState();
        boolean standby = state.equals("shut down in recovery") || state.equals("in archive recovery");
        if (!standby || !directories.isStandby(directory)) {
            throw refused(directory, "it does not look like a copy that was never promoted: it is " + state);
        }
    }

    private SetAsideReport setAside(Verb.SetAside verb, VerbCall call) {
        InstanceRecord record = call.record();
        if (!tools.server(record).stopped()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, "instance " + record.instance() + " runs and is not set aside");
        }
        // a rejoin that still runs would put the directory back and start it
        jobs.cancel(call.instance());
        jobs.requireEnded(call.instance());
        directories.finishRenaming(record.dataDir());
        if (directories.exists(record.dataDir())) {
            rename(record.dataDir(), free(tools.beside(record, "set-aside", call.move())));
        }
        directories.marked(record.dataDir(), REWINDING).forEach(this::setRewindAside);
        call.instance()
                .update(current -> current.withRole(Role.DEMOTED)
                        .withSeal(null)
                        .withSettings(List.of())
                        .withJob(null)
                        .withStopped(true));
        return new SetAsideReport(names(directories(record)));
    }

    /** What a rewind left that did not come to its end. */
    private void setRewindAside(Path directory) {
        FaultPoints.around("set-aside", "end-programs", () -> directories.endPrograms(directory));
        String name = String.valueOf(directory.getFileName());
        rename(directory, free(directory.resolveSibling(name.replace(REWINDING, MARK))));
    }

    private void rename(Path from, Path to) {
        FaultPoints.around("set-aside", "rename", () -> directories.rename(from, to));
        LOG.info("{} is set aside as {}", from, to);
    }

    /** A move that came to this node twice leaves two copies. */
    private Path free(Path wanted) {
        Path name = wanted;
        for (int i = 2; directories.exists(name); i++) {
            name = wanted.resolveSibling(wanted.getFileName() + "-" + i);
        }
        return name;
    }

    /** Deleting takes long, and an instance that is busy is not looked after: only the proof is made while it is. */
    private SetAsideReport purge(VerbCall call) {
        List<Path> proven = call.instance().exclusively(call.deadline(), () -> proven(call.record()));
        proven.forEach(directory -> FaultPoints.around("purge", "delete", () -> directories.delete(directory)));
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
        List<Versioned<ShardTopology>> topologies = topology.readInstanceFresh(record.instance());
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
        if (directories.isEmptied(directory)) {
            return;
        }
        if (!directories.control(directory).systemIdentifier().equals(record.instance())) {
            throw refused(directory, "it belongs to another instance");
        }
        if (directories.isUsed(directory)) {
            throw refused(directory, "a server works in it");
        }
    }

    private static DroverException refused(Path directory, String why) {
        return new DroverException(
                ErrorCode.IDENTITY_MISMATCH, directory + " is not deleted: " + why, "nothing was deleted");
    }

    /** Directories beside the data directories, former ones too, and where Drover would have put it, with its name and the mark. */
    private List<Path> directories(InstanceRecord record) {
        return Stream.concat(
                        record.dataDirs().stream(),
                        Stream.of(tools.layout(record).data()))
                .distinct()
                .flatMap(dataDir -> directories.marked(dataDir, MARK).stream())
                .sorted()
                .toList();
    }

    private static List<String> names(List<Path> directories) {
        return directories.stream().map(Path::toString).toList();
    }
}
