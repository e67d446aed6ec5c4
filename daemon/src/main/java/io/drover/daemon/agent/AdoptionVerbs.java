/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Verb;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.ControlData;
import io.drover.replication.InstanceLayout;
import io.drover.replication.PostgresServer;
import io.drover.replication.PostgresSession;
import io.drover.replication.PostmasterFile;
import io.drover.replication.ServerPlace;
import io.drover.replication.ServerState;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How an instance becomes one of Drover's: made anew, or taken over while it runs, without a restart. A repeat answers the same. */
final class AdoptionVerbs {
    /** What Debian's tools write of a cluster that is started at boot, and of one that is started on order only. */
    static final String AUTO = "auto";

    private static final String MANUAL = "manual";

    private final NodeTools tools;
    private final Instances instances;
    private final Observation observation;
    private final TopologyStore topology;

    AdoptionVerbs(NodeTools tools, Instances instances, Observation observation, TopologyStore topology) {
        this.tools = tools;
        this.instances = instances;
        this.observation = observation;
        this.topology = topology;
    }

    /** Both come before the instance's identity is known to the caller, who therefore names an instance that nobody has. */
    void addTo(VerbTable table) {
        table.on(
                Verb.Initialize.class,
                VerbTable.<Verb.Initialize, InstanceReport>row((verb, call) -> initialize(verb, call.deadline()))
                        .outsideMoves()
                        .whenUnknown((verb, call) -> initialize(verb, call.deadline())));
        table.on(
                Verb.Adopt.class,
                VerbTable.<Verb.Adopt, InstanceReport>row((verb, call) -> adopt(verb))
                        .outsideMoves()
                        .whenUnknown((verb, call) -> adopt(verb)));
        table.on(
                Verb.AdoptStandby.class,
                VerbTable.<Verb.AdoptStandby, InstanceReport>row(
                                (verb, call) -> adoptStandby(verb, call.record().instance()))
                        .outsideMoves()
                        .whenUnknown((verb, call) -> adoptStandby(verb, call.id())));
    }

    private InstanceReport adoptStandby(Verb.AdoptStandby verb, InstanceId wanted) {
        Path dataDir = tools.directories().named(verb.dataDir());
        PostmasterFile file = tools.directories().postmasterFile(dataDir);
        PostgresServer server = server(dataDir, file, verb.shards().get(0), verb.port());
        Optional<Home> home = home(server, file);
        InstanceId identity = tools.directories().control(dataDir).systemIdentifier();
        if (!identity.equals(wanted)) {
            throw mismatch("the server in " + dataDir + " is instance " + identity + ", not " + wanted
                    + ", which holds shard " + verb.shards().get(0));
        }
        try (PostgresSession session = server.connect()) {
            if (!session.state().instance().equals(identity)) {
                throw mismatch("the server at " + file.socketDir() + " is not that of " + dataDir);
            }
            if (!session.state().inRecovery() || !tools.directories().isStandby(dataDir)) {
                throw new DroverException(
                        ErrorCode.STATE_CONFLICT,
                        "the server in " + dataDir + " is no standby, but another node serves shard "
                                + verb.shards().get(0),
                        "find out which of the two is right before either is used");
            }
        }
        InstanceReport report = takeStandby(identity, verb, file, home);
        home.ifPresent(known -> takeAutostart(server, known));
        return report;
    }

    /** A node may have had the instance before: what is known of it then must not lie anywhere any more. */
    private InstanceReport takeStandby(
            InstanceId identity, Verb.AdoptStandby verb, PostmasterFile place, Optional<Home> home) {
        InstanceRecord first = InstanceRecord.first(
                identity,
                verb.shards(),
                verb.database().value(),
                place.dataDir(),
                place.socketDir(),
                place.port(),
                Role.STANDBY);
        ManagedInstance instance = instances.add(home.map(first::withHome).orElse(first));
        InstanceRecord known = instance.record();
        boolean elsewhere =
                !known.dataDir().equals(place.dataDir()) && tools.directories().exists(known.dataDir());
        if (elsewhere || known.role() == Role.PRIMARY) {
            throw new DroverException(
                    ErrorCode.ALREADY_EXISTS,
                    "instance " + identity + " is known here as " + known.role() + " in " + known.dataDir(),
                    "nothing was done");
        }
        instance.update(record -> record.withShards(verb.shards())
                .withPlace(
                        place.dataDir(),
                        place.socketDir(),
                        place.port(),
                        verb.database().value())
                .withRole(Role.STANDBY)
                .withStopped(false));
        home.ifPresent(seen -> instance.update(record -> record.withHome(seen.asBefore(record.home()))));
        return observation.instance(identity);
    }

    private InstanceReport initialize(Verb.Initialize verb, Deadline deadline) {
        InstanceLayout layout = tools.plannedLayout(verb.shard());
        Path socketDir = tools.plannedSocketDir(verb.shard());
        refuseOthers(verb.shard(), layout.data());
        PostgresServer server =
                tools.postgres().server(new ServerPlace(layout.data(), socketDir, verb.port(), layout, null));
        ControlData control = FaultPoints.around(
                "initialize", "server", () -> server.initialize(verb.database().value(), deadline.left()));
        return take(
                control.systemIdentifier(),
                verb.shard(),
                verb.database().value(),
                new PostmasterFile(layout.data(), verb.port(), socketDir),
                Optional.empty());
    }

    /** What already serves here is never initialized over or beside. */
    private void refuseOthers(ShardId shard, Path dataDir) {
        Optional<ManagedInstance> known = instances.ofShard(shard);
        boolean other = known.isPresent()
                && (known.orElseThrow().record().role() != Role.PRIMARY
                        || !known.orElseThrow().record().dataDir().equals(dataDir));
        if (other) {
            throw new DroverException(
                    ErrorCode.ALREADY_EXISTS,
                    "shard " + shard + " is on this node already, in "
                            + known.orElseThrow().record().dataDir(),
                    "nothing was done");
        }
    }

    private InstanceReport adopt(Verb.Adopt verb) {
        Path dataDir = tools.directories().named(verb.dataDir());
        PostmasterFile file = tools.directories().postmasterFile(dataDir);
        PostgresServer server = server(dataDir, file, verb.shard(), verb.port());
        InstanceId identity = tools.directories().control(dataDir).systemIdentifier();
        refuseWhenServedElsewhere(identity, dataDir);
        Optional<Home> home = home(server, file);
        prove(server, file, identity, verb.database().value());
        InstanceReport report = take(identity, verb.shard(), verb.database().value(), file, home);
        home.ifPresent(known -> takeAutostart(server, known));
        return report;
    }

    /** Two agents that claim one instance would fight over it: the second has changed nothing before it sees the first. */
    private void refuseWhenServedElsewhere(InstanceId identity, Path dataDir) {
        topology.readInstanceFresh(identity).stream()
                .map(Versioned::value)
                .filter(shard -> !shard.primary().node().equals(tools.node()))
                .findFirst()
                .ifPresent(shard -> {
                    throw new DroverException(
                            ErrorCode.ALREADY_EXISTS,
                            "the server in " + dataDir + " is instance " + identity + ", and "
                                    + shard.primary().node() + " serves it already, as shard " + shard.shard()
                                    + "; nothing was done",
                            "one agent for one instance: name "
                                    + shard.primary().node()
                                    + " for another database in it; a copy of it that takes writes of its own needs"
                                    + " a system identifier of its own, by dump and restore");
                });
    }

    /** How it is run here, when somebody else runs it. */
    private static Optional<Home> home(PostgresServer server, PostmasterFile place) {
        return Optional.ofNullable(argv(server, place.dataDir()))
                .map(argv -> new Home(
                        place.dataDir(),
                        place.socketDir(),
                        place.port(),
                        argv,
                        server.service().orElse(null),
                        server.startMode().orElse(null)));
    }

    /** From now on it starts under a grant only (R7, H56). What was there before is in the record. */
    private static void takeAutostart(PostgresServer server, Home home) {
        if (AUTO.equals(home.startMode())) {
            server.startMode(MANUAL);
        }
    }

    /** The server that runs in a directory, on the port that was named. */
    private PostgresServer server(Path dataDir, PostmasterFile file, ShardId shard, int port) {
        PostgresServer server = tools.postgres()
                .server(new ServerPlace(dataDir, file.socketDir(), file.port(), tools.plannedLayout(shard), null));
        if (server.postmaster().isEmpty()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, "no server runs in " + dataDir, "start it; it is adopted as it runs");
        }
        if (file.port() != port) {
            throw mismatch("the server in " + dataDir + " listens on port " + file.port() + ", not " + port);
        }
        if (!file.dataDir().equals(dataDir)) {
            throw mismatch("the server in " + dataDir + " calls its directory " + file.dataDir()
                    + ", which is a link: it may lead elsewhere at its next start");
        }
        return server;
    }

    /** The server behind the socket is the one in the directory, takes writes, and has the database. */
    private static void prove(PostgresServer server, PostmasterFile place, InstanceId identity, String database) {
        try (PostgresSession session = server.connect(database)) {
            ServerState state = session.state();
            if (!state.instance().equals(identity)) {
                throw mismatch("the server at " + place.socketDir() + " is instance " + state.instance() + ", not "
                        + identity + " of " + place.dataDir());
            }
            if (state.inRecovery()) {
                throw new DroverException(
                        ErrorCode.STATE_CONFLICT,
                        "the server in " + place.dataDir() + " is a standby",
                        "adopt its primary");
            }
        }
        try (PostgresSession maintenance = server.connect()) {
            FaultPoints.around("adopt", "roles", maintenance::ensureRoles);
        }
    }

    /** A server that Drover starts has its settings file outside the data directory; any other is started as it was. */
    private static @Nullable List<String> argv(PostgresServer server, Path dataDir) {
        List<String> argv = server.argv();
        InstanceLayout ours =
                new InstanceLayout(Optional.ofNullable(dataDir.getParent()).orElse(dataDir));
        return argv.stream().anyMatch(argument -> argument.equals("config_file=" + ours.configFile())) ? null : argv;
    }

    private InstanceReport take(
            InstanceId identity, ShardId shard, String database, PostmasterFile place, Optional<Home> home) {
        InstanceRecord first = InstanceRecord.first(
                identity, List.of(shard), database, place.dataDir(), place.socketDir(), place.port(), Role.PRIMARY);
        ManagedInstance instance = instances.add(home.map(first::withHome).orElse(first));
        InstanceRecord known = instance.record();
        if (known.role() != Role.PRIMARY || !known.dataDir().equals(place.dataDir())) {
            throw new DroverException(
                    ErrorCode.ALREADY_EXISTS,
                    "instance " + identity + " is known here as " + known.role() + " in " + known.dataDir(),
                    "nothing was done");
        }
        if (!known.shards().contains(shard)) {
            List<ShardId> shards = new ArrayList<>(known.shards());
            shards.add(shard);
            instance.update(record -> record.withShards(shards));
        }
        // one that Drover made is started as Drover does, whatever is adopted of it besides
        home.filter(seen -> known.startArguments() != null)
                .ifPresent(seen -> instance.update(record -> record.withHome(seen.asBefore(record.home()))));
        return observation.instance(identity);
    }

    private static DroverException mismatch(String what) {
        return new DroverException(ErrorCode.IDENTITY_MISMATCH, what, "nothing was done");
    }
}
