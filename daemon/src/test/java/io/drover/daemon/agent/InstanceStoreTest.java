/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import io.drover.api.agent.Reports.Role;
import io.drover.daemon.agent.InstanceRecord.JobKind;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceStoreTest {
    @TempDir
    private Path directory;

    @Test
    void findsAfterARestartWhatWasStored() {
        InstanceRecord record = Samples.record(Role.PRIMARY, 7)
                .withSeal(Samples.seal(8).completed(new Lsn(0x1600_0000L), 1, 3))
                .withToken(Samples.token(2, 99))
                .withSettings(List.of(new SettingChange("autovacuum", null, Samples.MOVE, 95)))
                .withStartArguments(List.of("-D", "/data"))
                .withJob(new JobRecord(JobKind.COPY, JobPhase.FAILED, Samples.MOVE, directory, 5, "no space"))
                .withStopped(true);

        new InstanceStore(directory).save(record);

        assertThat(new InstanceStore(directory).load()).containsExactly(record);
    }

    @Test
    void replacesTheEarlierRecord() {
        InstanceStore store = new InstanceStore(directory);
        store.save(Samples.record(Role.PRIMARY, 7));

        store.save(Samples.record(Role.DEMOTED, 7));

        assertThat(store.load()).extracting(InstanceRecord::role).containsExactly(Role.DEMOTED);
    }

    @Test
    void keepsOneInstanceForTheSameIdentity() {
        Instances instances = new Instances(new InstanceStore(directory));

        ManagedInstance first = instances.add(Samples.record(Role.STANDBY, 0));

        assertThat(instances.add(Samples.record(Role.PRIMARY, 9))).isSameAs(first);
        assertThat(instances.ofShard(Samples.SHARD)).containsSame(first);
    }
}
