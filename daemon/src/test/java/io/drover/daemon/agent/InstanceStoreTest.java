/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.Json;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.Standstill;
import io.drover.api.time.Scheduler;
import io.drover.daemon.agent.InstanceRecord.JobKind;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.JobRecord;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.daemon.agent.InstanceRecord.TargetRecord;
import io.drover.replication.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceStoreTest {
    private static final Home HOME = new Home(
            Path.of("/var/lib/postgresql/15/main"),
            Path.of("/run/postgresql"),
            5432,
            List.of("postgres", "-c", "config_file=/etc/postgresql/15/main/postgresql.conf"),
            new ServiceName(ServiceName.Kind.SYSTEMD, "postgresql@15-main.service"),
            "auto");

    @TempDir
    private Path directory;

    @Test
    void findsAfterARestartWhatWasStored() {
        InstanceRecord record = Samples.record(Role.PRIMARY, 7)
                .withSeal(Samples.seal(8).completed(new Lsn(0x1600_0000L), 1, 3, Standstill.HELD))
                .withToken(Samples.token(2, 99))
                .withSettings(List.of(new SettingChange("autovacuum", null, Samples.MOVE, 95)))
                .withStartArguments(List.of("-D", "/data"))
                .withJob(new JobRecord(JobKind.COPY, JobPhase.FAILED, Samples.MOVE, directory, 5, "no space"))
                .withStopped(true)
                .withTarget(new TargetRecord(Samples.MOVE, 3))
                .withHome(HOME)
                .withPlace(directory.resolve("data"), directory, 5433, "app");

        new InstanceStore(new StateDirectory(directory)).save(record);

        assertThat(new InstanceStore(new StateDirectory(directory)).load()).containsExactly(record);
    }

    @Test
    void readsARecordOfAnOlderVersion() throws IOException {
        InstanceStore store = new InstanceStore(new StateDirectory(directory));
        InstanceRecord record = Samples.record(Role.PRIMARY, 7).withSeal(Samples.seal(8));
        store.save(record);
        Path file = directory.resolve(Samples.INSTANCE + ".json");
        ObjectNode json = (ObjectNode) Json.mapper().readTree(file.toFile());
        json.remove(List.of("target", "formerDataDirs", "home"));
        ((ObjectNode) json.get("seal")).remove("standstill");
        Files.write(file, Json.bytes(json));

        assertThat(store.load()).containsExactly(record);
    }

    @Test
    void remembersWhereAnInstanceLayBefore() {
        InstanceRecord adopted = Samples.record(Role.DEMOTED, 7).withPlace(Path.of("/pg/main"), directory, 5433, "app");

        InstanceRecord back = adopted.withPlace(Path.of("/data/shard_01/data"), directory, 5433, "app");

        assertThat(back.dataDirs()).containsExactly(Path.of("/data/shard_01/data"), Path.of("/pg/main"));
        assertThat(back.withPlace(Path.of("/pg/main"), directory, 5433, "app").formerDataDirs())
                .containsExactly(Path.of("/data/shard_01/data"));
    }

    /** It lies elsewhere meanwhile, and nobody but the agent starts it there. */
    @Test
    void comesHomeToHowItWasStartedThere() {
        InstanceRecord adopted = Samples.record(Role.DEMOTED, 7)
                .withPlace(HOME.dataDir(), HOME.socketDir(), HOME.port(), "app")
                .withHome(HOME);
        assertThat(adopted.service()).isEqualTo(HOME.service());
        assertThat(adopted.startArguments()).isEqualTo(HOME.startArguments());

        InstanceRecord away = adopted.withPlace(directory.resolve("data"), directory, HOME.port(), "app");
        assertThat(away.service()).isNull();
        assertThat(away.startArguments()).isNull();

        InstanceRecord back = away.atHome(HOME, "app");
        assertThat(back.service()).isEqualTo(HOME.service());
        assertThat(back.startArguments()).isEqualTo(HOME.startArguments());
        assertThat(back.dataDir()).isEqualTo(HOME.dataDir());
    }

    @Test
    void whatStoodThereBeforeTheFirstAdoptionIsKept() {
        Home again = new Home(
                HOME.dataDir(), HOME.socketDir(), HOME.port(), HOME.startArguments(), HOME.service(), "manual");

        assertThat(again.asBefore(HOME).startMode()).isEqualTo("auto");
        assertThat(again.asBefore(null).startMode()).isEqualTo("manual");
    }

    @Test
    void replacesTheEarlierRecord() {
        InstanceStore store = new InstanceStore(new StateDirectory(directory));
        store.save(Samples.record(Role.PRIMARY, 7));

        store.save(Samples.record(Role.DEMOTED, 7));

        assertThat(store.load()).extracting(InstanceRecord::role).containsExactly(Role.DEMOTED);
    }

    @Test
    void keepsOneInstanceForTheSameIdentity() {
        Instances instances = new Instances(new InstanceStore(new StateDirectory(directory)), Scheduler.system());

        ManagedInstance first = instances.add(Samples.record(Role.STANDBY, 0));

        assertThat(instances.add(Samples.record(Role.PRIMARY, 9))).isSameAs(first);
        assertThat(instances.ofShard(Samples.SHARD)).containsSame(first);
    }
}
