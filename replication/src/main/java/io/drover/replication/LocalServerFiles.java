/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports.ArchiveReport;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.api.agent.Reports.TailReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files on this machine: this class only puts the others of the package together. */
record LocalServerFiles(LocalPrograms node, ServerPlace place) implements ServerFiles {
    @Override
    public Optional<String> storedSetting(ManagedSetting setting) {
        return AutoConf.read(place.dataDir()).get(setting.parameter());
    }

    @Override
    public void editSettings(Map<ManagedSetting, @Nullable String> values) {
        AutoConf file = AutoConf.read(place.dataDir());
        for (Map.Entry<ManagedSetting, @Nullable String> each : values.entrySet()) {
            String value = each.getValue();
            file = value == null ? file.remove(each.getKey()) : file.restore(each.getKey(), value);
        }
        file.write(place.dataDir());
    }

    @Override
    public void writePasswords() {
        DurableFiles.makeDirectory(place.layout().conf());
        PassFile.write(place.layout().passFile(), node.passwords());
    }

    @Override
    public RunningCopy startCopy(CopyOrder order, Path staging) {
        return BaseBackup.start(
                node.binaries(),
                new BaseBackup.Spec(
                        order.host(),
                        order.port(),
                        place.layout().passFile(),
                        order.slot(),
                        node.tls(),
                        order.maxRateBytes(),
                        order.fastCheckpoint(),
                        staging,
                        place.layout().jobLog()));
    }

    @Override
    public void verifyCopy(Path staging, Duration limit) {
        BaseBackup.verify(node.binaries(), staging, limit);
    }

    @Override
    public void prepareStandby(Path directory, Upstream upstream) {
        StandbySetup.prepare(directory, withPasswords(upstream));
    }

    @Override
    public Map<ManagedSetting, String> following(Upstream upstream) {
        return StandbySetup.following(withPasswords(upstream));
    }

    private StandbySetup.Upstream withPasswords(Upstream upstream) {
        return new StandbySetup.Upstream(
                upstream.host(),
                upstream.port(),
                place.layout().passFile(),
                upstream.applicationName(),
                upstream.slot(),
                // one that Drover does not start has settings of its own
                place.startArguments() == null ? node.tls() : node.tls().withoutCertificate());
    }

    @Override
    public void install(Path staging) {
        StandbySetup.install(staging, place.dataDir());
    }

    @Override
    public void writeNodeSettings() {
        NodeConfig.write(
                place.layout(),
                place.dataDir(),
                place.nodeSettings(node),
                CarriedConfig.rulesOf(place.dataDir()),
                node.passwords());
    }

    @Override
    public void forgetCarried() {
        CarriedConfig.forget(place.layout(), place.dataDir());
    }

    @Override
    public TailReport tail(int timeline, Lsn position, Duration limit) {
        return new WalAudit(node.binaries(), place.dataDir()).tail(timeline, position, limit);
    }

    @Override
    public void rehearseTail() {
        new WalAudit(node.binaries(), place.dataDir()).rehearseTail();
    }

    @Override
    public AuditReport audit(int timeline, Lsn fork, Duration limit) {
        return new WalAudit(node.binaries(), place.dataDir()).audit(timeline, fork, limit);
    }

    @Override
    public ArchiveReport archive(int timeline, Lsn fork, Duration limitPerFile) {
        return new Archive(node.binaries(), place.dataDir()).upTo(timeline, fork, argv(), limitPerFile);
    }

    /** How the server is started, program name first. */
    private List<String> argv() {
        List<String> adopted = place.startArguments();
        return adopted != null
                ? adopted
                : List.of(
                        node.binaries().tool("postgres"),
                        "-D",
                        place.dataDir().toString(),
                        "-c",
                        "config_file=" + place.layout().configFile());
    }

    @Override
    public void rewind(Path rewinding, Upstream upstream, Lsn fork, Duration limit) {
        InstanceLayout layout = place.layout();
        Rewind.Spec spec = new Rewind.Spec(
                place.dataDir(), rewinding, layout.conf(), withPasswords(upstream), fork, layout.jobLog());
        new Rewind(node.binaries()).run(spec, limit);
    }

    @Override
    public void attach(Upstream upstream) {
        prepareStandby(place.dataDir(), upstream);
    }

    @Override
    public void removeAhead(Lsn fork) {
        long size = ControlData.read(node.binaries(), place.dataDir()).segmentSize();
        WrittenWal.removeAhead(place.dataDir().resolve("pg_wal"), fork, size);
    }
}
