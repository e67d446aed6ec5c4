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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How an instance becomes one of Drover's: made anew, or taken over while it runs, without a restart. A repeat answers the same. */
final class AdoptionVerbs {
    private final NodeTools tools;
    private final Instances instances;
    private final Observation observation;

    AdoptionVerbs(NodeTools tools, Instances instances, Observation observation) {
        this.tools = tools;
        this.instances = instances;
        this.observation = observation;
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
        return takeStandby(
                identity, verb, new PostmasterFile(dataDir, file.port(), file.socketDir()), argv(server, dataDir));
    }

    /** A node may have had the instance before: what is known of it then must not lie anywhere any more. */
    private InstanceReport takeStandby(
            InstanceId identity, Verb.AdoptStandby verb, PostmasterFile place, @Nullable List<String> argv) {
        InstanceRecord first = InstanceRecord.first(
                        identity,
                        verb.shards(),
                        verb.database().value(),
                        place.dataDir(),
                        place.socketDir(),
                        place.port(),
                        Role.STANDBY)
                .withStartArguments(argv);
        ManagedInstance instance = instances.add(first);
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
                .withStartArguments(argv)
                .withRole(Role.STANDBY)
                .withStopped(false));
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
                null);
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
        prove(server, file, identity, verb.database().value());
        return take(
                identity,
                verb.shard(),
                verb.database().value(),
                new PostmasterFile(dataDir, file.port(), file.socketDir()),
                argv(server, dataDir));
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
            InstanceId identity, ShardId shard, String database, PostmasterFile place, @Nullable List<String> argv) {
        ManagedInstance instance = instances.add(InstanceRecord.first(
                        identity,
                        List.of(shard),
                        database,
                        place.dataDir(),
                        place.socketDir(),
                        place.port(),
                        Role.PRIMARY)
                .withStartArguments(argv));
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
        return observation.instance(identity);
    }

    private static DroverException mismatch(String what) {
        return new DroverException(ErrorCode.IDENTITY_MISMATCH, what, "nothing was done");
    }
}
