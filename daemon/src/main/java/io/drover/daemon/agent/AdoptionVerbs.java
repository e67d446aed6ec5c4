/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Verb;
import io.drover.replication.ControlData;
import io.drover.replication.InstanceInitializer;
import io.drover.replication.InstanceLayout;
import io.drover.replication.LocalServer;
import io.drover.replication.NodeConfig;
import io.drover.replication.Postmaster;
import io.drover.replication.RoleSetup;
import io.drover.replication.ServerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
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
    }

    private InstanceReport initialize(Verb.Initialize verb, Deadline deadline) {
        InstanceLayout layout = tools.plannedLayout(verb.shard());
        Path socketDir = tools.plannedSocketDir(verb.shard());
        refuseOthers(verb.shard(), layout.data());
        NodeTools.makeDirectory(socketDir);
        InstanceInitializer.Spec spec = new InstanceInitializer.Spec(
                layout,
                new NodeConfig.Local(
                        socketDir, verb.port(), tools.host(), tools.node().value()),
                verb.database(),
                tools.passwords());
        ControlData control = new InstanceInitializer(tools.binaries()).initialize(spec, deadline.left());
        return take(
                control.systemIdentifier(),
                verb.shard(),
                verb.database(),
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
        Path dataDir = realPath(verb.dataDir());
        PostmasterFile file = PostmasterFile.read(dataDir);
        Postmaster postmaster = new Postmaster(tools.binaries(), dataDir);
        if (postmaster.find().isEmpty()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT, "no server runs in " + dataDir, "start it; it is adopted as it runs");
        }
        if (file.port() != verb.port()) {
            throw mismatch("the server in " + dataDir + " listens on port " + file.port() + ", not " + verb.port());
        }
        InstanceId identity = ControlData.read(tools.binaries(), dataDir).systemIdentifier();
        LocalServer server = new LocalServer(file.socketDir(), file.port());
        prove(server, identity, dataDir, verb.database());
        return take(
                identity,
                verb.shard(),
                verb.database(),
                new PostmasterFile(dataDir, file.port(), file.socketDir()),
                argv(postmaster, dataDir));
    }

    /** The server behind the socket is the one in the directory, takes writes, and has the database. */
    private void prove(LocalServer server, InstanceId identity, Path dataDir, String database) {
        Connection connection = server.connect(database);
        try {
            ServerState state = ServerState.read(connection);
            if (!state.instance().equals(identity)) {
                throw mismatch("the server at " + server.socketDir() + " is instance " + state.instance() + ", not "
                        + identity + " of " + dataDir);
            }
            if (state.inRecovery()) {
                throw new DroverException(
                        ErrorCode.STATE_CONFLICT, "the server in " + dataDir + " is a standby", "adopt its primary");
            }
        } finally {
            NodeTools.close(connection);
        }
        Connection maintenance = server.connect();
        try {
            RoleSetup.ensure(maintenance, tools.passwords());
        } finally {
            NodeTools.close(maintenance);
        }
    }

    /** A server that Drover starts has its settings file outside the data directory; any other is started as it was. */
    private @Nullable List<String> argv(Postmaster postmaster, Path dataDir) {
        List<String> argv = postmaster.argv();
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

    private static Path realPath(String text) {
        try {
            Path path = Path.of(text).toRealPath();
            if (!Files.exists(path.resolve("PG_VERSION"))) {
                throw new IOException("it holds no PG_VERSION");
            }
            return path;
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    text + " is no data directory that this agent can read: " + e.getMessage(),
                    "name the directory as the node sees it; the agent runs as its owner",
                    e);
        }
    }

    private static DroverException mismatch(String what) {
        return new DroverException(ErrorCode.IDENTITY_MISMATCH, what, "nothing was done");
    }
}
