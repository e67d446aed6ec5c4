/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.FenceEpoch;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Reports.Role;
import io.drover.daemon.agent.InstanceRecord.SealRecord;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.replication.Guard;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresServer;
import io.drover.replication.SealSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A seal that the agent does not remember, because its state directory was lost or restored from an old copy (F45). The files of the
 * instance still carry it, and with it the epoch of its fence: the record is made again from them, and whatever holds for a sealed
 * source holds again. Nobody else would let a frozen postmaster go on, and an old grant would start a source that was given away.
 */
final class LostSeal {
    private static final Logger LOG = LoggerFactory.getLogger(LostSeal.class);
    /** Stands for a move whose name is lost. */
    static final MoveId UNKNOWN = new MoveId("00000000-lost");

    private static final int PREPARED_IN = 95;

    private final NodeTools tools;

    LostSeal(NodeTools tools) {
        this.tools = tools;
    }

    /**
     * Makes the record again when the files tell of a seal that it does not know.
     *
     * @param topologies the newest that are known of the instance's shards
     */
    void recover(ManagedInstance instance, List<ShardTopology> topologies) {
        InstanceRecord record = instance.record();
        if (record.role() != Role.PRIMARY || record.seal() != null || !mayBeSealed(record)) {
            return;
        }
        fenceOnDisk(record)
                .filter(epoch -> !isOnlyPrepared(record, epoch, topologies))
                .ifPresent(epoch -> remember(instance, epoch, moveOf(topologies)));
    }

    /** One that is prepared in the journal and not held is no seal: the agent has died before it. */
    private boolean mayBeSealed(InstanceRecord record) {
        PostgresServer server = tools.server(record);
        return server.isHeld() || server.postmaster().isEmpty() && !SettingsJournal.sealPrepared(record.settings());
    }

    /**
     * A running server that stands still was stopped by somebody else when the journal tells of a seal that is prepared, and nobody
     * has raised its fence: a seal comes after that.
     */
    private boolean isOnlyPrepared(InstanceRecord record, FenceEpoch fence, List<ShardTopology> topologies) {
        boolean raised = StartRule.newestEpoch(topologies).compareTo(fence) >= 0;
        return tools.runs(record) && SettingsJournal.sealPrepared(record.settings()) && !raised;
    }

    private static MoveId moveOf(List<ShardTopology> topologies) {
        return topologies.stream()
                .map(ShardTopology::move)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(UNKNOWN);
    }

    private Optional<FenceEpoch> fenceOnDisk(InstanceRecord record) {
        if (!tools.directories().exists(record.dataDir())) {
            return Optional.empty();
        }
        try {
            return tools.files(record)
                    .storedSetting(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES)
                    .flatMap(Guard::fenceIn);
        } catch (DroverException e) {
            // somebody has edited the file by hand; that must not keep the instance from being looked after
            LOG.debug("the stored settings of instance {} cannot be read", record.instance(), e);
            return Optional.empty();
        }
    }

    private void remember(ManagedInstance instance, FenceEpoch epoch, MoveId move) {
        int postmaster = tools.server(instance.record()).postmaster().orElse(0);
        SealRecord seal = SealRecord.begun(
                epoch, move, postmaster, tools.scheduler().clock().instant());
        instance.update(record -> record.withSeal(seal).withSettings(withSeal(record.settings(), move)));
        LOG.warn(
                "instance {} carries the seal of epoch {} in its files, and this agent knew nothing of it: was its state"
                        + " directory restored? It is treated as sealed",
                instance.record().instance(),
                epoch);
    }

    /** What stood there before is not known any more: taking the seal back removes its lines, and the other files decide. */
    private static List<SettingChange> withSeal(List<SettingChange> journal, MoveId move) {
        if (SettingsJournal.sealPrepared(journal)) {
            return journal;
        }
        List<SettingChange> more = new ArrayList<>(journal);
        SealSettings.values(new FenceEpoch(0))
                .keySet()
                .forEach(setting -> more.add(new SettingChange(setting.parameter(), null, move, PREPARED_IN)));
        return more;
    }
}
