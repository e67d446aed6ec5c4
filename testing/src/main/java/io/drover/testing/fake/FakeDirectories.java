/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodePath;
import io.drover.replication.ControlData;
import io.drover.replication.DataDirectories;
import io.drover.replication.PostmasterFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Data directories on a machine that does not exist. Other directories are always there. */
record FakeDirectories(FakePostgres world, String host) implements DataDirectories {
    private static final Pattern STAGING = Pattern.compile(".+\\.staging-[^.]+");
    private static final List<String> LEFT = List.of(".staging-", ".rewinding-", ".set-aside-");

    private Map<Path, FakeDirectory> disk() {
        return world.host(host).directories;
    }

    private Optional<FakeDirectory> find(Path directory) {
        return Optional.ofNullable(disk().get(directory));
    }

    private FakeDirectory get(Path directory) {
        return find(directory)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.POSTGRES_FAILED, "could not read the control file in " + directory));
    }

    @Override
    public boolean exists(Path directory) {
        return world.look(() -> disk().containsKey(directory));
    }

    @Override
    public String state(Path directory) {
        return exists(directory) ? directory + " holds a data directory" : "absent";
    }

    @Override
    public String stateOfPlace(Path directory) {
        return state(directory);
    }

    @Override
    public List<String> leftovers(List<Path> dataDirs) {
        return dataDirs.stream()
                .distinct()
                .flatMap(dataDir -> LEFT.stream().flatMap(kind -> marked(dataDir, kind).stream()))
                .map(Path::toString)
                .sorted()
                .toList();
    }

    @Override
    public List<Path> marked(Path dataDir, String mark) {
        return world.look(() -> disk().keySet().stream()
                .filter(path -> path.toString().startsWith(dataDir + mark))
                .toList());
    }

    @Override
    public Path named(NodePath name) {
        Path path = name.path();
        if (!exists(path)) {
            throw new DroverException(ErrorCode.INVALID_VALUE, path + " is no data directory that this agent can read");
        }
        return path;
    }

    @Override
    public PostmasterFile postmasterFile(Path dataDir) {
        return world.look(() -> world.host(host)
                .serverIn(dataDir)
                .map(server -> new PostmasterFile(dataDir, server.place.port(), server.place.socketDir()))
                .orElseThrow(() ->
                        new DroverException(ErrorCode.STATE_CONFLICT, dataDir + "/postmaster.pid cannot be read")));
    }

    @Override
    public ControlData control(Path dataDir) {
        return world.look(() -> get(dataDir).control());
    }

    @Override
    public boolean isStandby(Path dataDir) {
        return world.look(() -> find(dataDir).filter(data -> data.standbySignal).isPresent());
    }

    @Override
    public boolean resumeStandby(Path dataDir, OptionalInt oldTimeline) {
        return world.look(() -> {
            FakeDirectory data = get(dataDir);
            boolean torn = !data.standbySignal
                    && data.control().standby()
                    && data.timeline <= oldTimeline.orElse(data.timeline);
            data.standbySignal |= torn;
            return torn;
        });
    }

    @Override
    public boolean isUsed(Path directory) {
        return world.look(() -> find(directory)
                .filter(data -> !data.orphans.isEmpty()
                        || data.leaving
                        || world.host(host).serverIn(data).isPresent())
                .isPresent());
    }

    @Override
    public void make(Path directory) {
        // all but data directories are there
    }

    @Override
    public void removeEmpty(Path directory) {
        if (exists(directory)) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "no copy is made: " + directory + " exists and is not this instance's",
                    "move it out of the way");
        }
    }

    @Override
    public void rename(Path from, Path to) {
        world.change(() -> {
            FakeDirectory moved = get(from);
            if (disk().containsKey(to)) {
                throw new DroverException(ErrorCode.POSTGRES_FAILED, from + " cannot be renamed to " + to);
            }
            disk().remove(from);
            disk().put(to, moved);
        });
    }

    @Override
    public boolean isEmptied(Path directory) {
        return !exists(directory);
    }

    @Override
    public void delete(Path directory) {
        world.change(() -> disk().remove(directory));
    }

    @Override
    public void discardStaging(Path staging) {
        if (!STAGING.matcher(String.valueOf(staging.getFileName())).matches()) {
            throw new DroverException(
                    ErrorCode.IDENTITY_MISMATCH, staging + " is no staging directory and is not removed");
        }
        delete(staging);
    }

    @Override
    public void endPrograms(Path directory) {
        world.change(() -> find(directory).ifPresent(data -> {
            FakeProgram program = data.program;
            if (program != null) {
                program.end("it was ended");
            }
            data.program = null;
        }));
    }

    @Override
    public void awaitPrograms(Path directory, Duration limit) {
        if (!world.await(limit, () -> !works(find(directory).orElse(null)))) {
            throw new DroverException(ErrorCode.TIMEOUT, "programs of a former agent still work on " + directory);
        }
    }

    private static boolean works(@Nullable FakeDirectory data) {
        FakeProgram program = data == null ? null : data.program;
        return program != null && !program.ended;
    }
}
