/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports.ArchiveReport;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.api.agent.Reports.TailReport;
import io.drover.api.fault.FaultPoints;
import io.drover.replication.CutoverSettings;
import io.drover.replication.ManagedSetting;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerPlace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of a server that does not exist. */
record FakeFiles(FakePostgres world, String host, ServerPlace place) implements ServerFiles {
    private static final String PLACE = "rewind";
    private static final int SHOWN = 20;

    private Map<Path, FakeDirectory> disk() {
        return world.host(host).directories;
    }

    private FakeDirectory get(Path directory) {
        return Optional.ofNullable(disk().get(directory))
                .orElseThrow(() -> new DroverException(ErrorCode.STATE_CONFLICT, directory + " is no data directory"));
    }

    @Override
    public Optional<String> storedSetting(ManagedSetting setting) {
        return world.look(() ->
                Optional.ofNullable(disk().get(place.dataDir())).map(data -> data.autoConf.get(setting.parameter())));
    }

    @Override
    public void editSettings(Map<ManagedSetting, @Nullable String> values) {
        world.change(() -> {
            Map<String, String> file = get(place.dataDir()).autoConf;
            values.forEach((setting, value) -> {
                if (value == null) {
                    file.remove(setting.parameter());
                } else {
                    file.put(setting.parameter(), value);
                }
            });
        });
    }

    @Override
    public void writePasswords() {
        // nobody asks for a password here
    }

    @Override
    public RunningCopy startCopy(CopyOrder order, Path staging) {
        return new FakeCopy(world, host, staging, FakeCopy.begin(world, host, order, staging));
    }

    @Override
    public void verifyCopy(Path staging, Duration limit) {
        world.pause(world.times().question());
        world.look(() -> {
            if (get(staging).damaged || get(staging).incomplete) {
                throw new DroverException(
                        ErrorCode.VERIFICATION_FAILED, "the copy in " + staging + " does not match its manifest");
            }
            return true;
        });
    }

    @Override
    public void prepareStandby(Path directory, Upstream upstream) {
        world.change(() -> {
            FakeDirectory data = get(directory);
            data.standbySignal = true;
            data.autoConf.remove(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES.parameter());
            data.autoConf.remove(ManagedSetting.LISTEN_ADDRESSES.parameter());
            CutoverSettings.values().forEach((setting, value) -> data.autoConf.remove(setting.parameter(), value));
            CutoverSettings.asAStandby().forEach((setting, value) -> data.autoConf.remove(setting.parameter(), value));
            following(upstream).forEach((setting, value) -> data.autoConf.put(setting.parameter(), value));
        });
    }

    @Override
    public Map<ManagedSetting, String> following(Upstream upstream) {
        return Map.of(
                ManagedSetting.PRIMARY_CONNINFO,
                connection(upstream.host(), upstream.port(), upstream.applicationName()),
                ManagedSetting.PRIMARY_SLOT_NAME,
                upstream.slot());
    }

    /** As {@link FakeServer.Follows} reads it. */
    static String connection(String host, int port, String application) {
        return host + " " + port + " " + application;
    }

    @Override
    public void install(Path staging) {
        world.change(() -> {
            FakeDirectory copy = disk().remove(staging);
            if (copy != null && disk().putIfAbsent(place.dataDir(), copy) != null) {
                disk().put(staging, copy);
                throw new DroverException(
                        ErrorCode.STATE_CONFLICT, staging + " is not renamed, because " + place.dataDir() + " exists");
            }
            get(place.dataDir());
        });
    }

    @Override
    public void writeNodeSettings() {
        // the port and the socket are told at the start
    }

    @Override
    public void forgetCarried() {
        world.change(
                () -> Optional.ofNullable(disk().get(place.dataDir())).ifPresent(data -> data.rulesCarried = false));
    }

    private List<Wal.Entry> past(int timeline, Lsn position) {
        world.pause(world.times().question());
        return world.look(() -> get(place.dataDir()).wal.from(position).stream()
                .filter(entry -> entry.timeline() == timeline)
                .toList());
    }

    @Override
    public TailReport tail(int timeline, Lsn position, Duration limit) {
        List<Wal.Entry> records = past(timeline, position);
        return new TailReport(
                records.size(),
                records.stream()
                        .limit(SHOWN)
                        .map(entry -> entry.start() + " " + entry.kind())
                        .toList(),
                records.isEmpty() ? null : records.get(records.size() - 1).end());
    }

    @Override
    public void rehearseTail() {
        world.look(() -> get(place.dataDir()));
    }

    @Override
    public AuditReport audit(int timeline, Lsn fork, Duration limit) {
        List<Wal.Entry> records = past(timeline, fork);
        List<Long> users = records.stream()
                .filter(entry -> entry.kind() == Wal.Kind.COMMIT)
                .map(Wal.Entry::transaction)
                .toList();
        int maintenance = (int) records.stream()
                .filter(entry -> entry.kind() == Wal.Kind.MAINTENANCE_COMMIT)
                .count();
        return records.isEmpty()
                ? new AuditReport(0, 0, 0, List.of(), null, null)
                : new AuditReport(
                        records.size(),
                        users.size(),
                        maintenance,
                        users,
                        records.get(records.size() - 1).end(),
                        world.look(() -> get(place.dataDir()).control().rewindable()));
    }

    @Override
    public ArchiveReport archive(int timeline, Lsn fork, Duration limitPerFile) {
        return new ArchiveReport(false, List.of(), List.of());
    }

    @Override
    public void rewind(Path rewinding, Upstream upstream, Lsn fork, Duration limit) {
        FakeDirectories directories = new FakeDirectories(world, host);
        if (!directories.exists(rewinding)) {
            if (world.look(() -> get(place.dataDir()).standbySignal)) {
                return;
            }
            FaultPoints.around(PLACE, "rename", () -> directories.rename(place.dataDir(), rewinding));
        }
        FakeRewind program = new FakeRewind(world, host, rewinding, upstream, fork);
        FaultPoints.around(PLACE, "pg_rewind", () -> program.run(limit));
        FaultPoints.around(PLACE, "settings", () -> prepareStandby(rewinding, upstream));
        FaultPoints.around(PLACE, "rename-back", () -> install(rewinding));
    }

    @Override
    public void attach(Upstream upstream) {
        prepareStandby(place.dataDir(), upstream);
    }

    /** These servers make nothing ahead. */
    @Override
    public void removeAhead(Lsn fork) {
        world.look(() -> get(place.dataDir()));
    }
}
