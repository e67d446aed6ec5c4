/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.Lsn;
import io.drover.replication.ManagedSetting;
import io.drover.replication.ServerPlace;
import java.nio.file.Path;
import java.util.Optional;

/** What a person does on the machines without Drover. */
public record FakeOperator(FakePostgres world) {
    /** The slot from which a standby streams that was made on a machine. */
    public static String slotOf(String host) {
        return "mine_" + host;
    }

    /**
     * Makes a standby of a server that runs and starts it. Whom it follows is in its postgresql.conf, its application_name is its
     * machine's name, and it has a slot.
     */
    public void makeStandby(String host, ServerPlace place, String from) {
        FakeNode unused = world.node(host);
        world.change(() -> {
            FakeServer primary = world.serverAt(from, place.port()).orElseThrow();
            Lsn unusedStart = primary.data.slots.create(slotOf(host), primary.data.wal.end());
            FakeDirectory copy = primary.data.copy();
            copy.autoConf.clear();
            copy.standbySignal = true;
            copy.conf.put(ManagedSetting.PRIMARY_CONNINFO.parameter(), FakeFiles.connection(from, place.port(), host));
            copy.conf.put(ManagedSetting.PRIMARY_SLOT_NAME.parameter(), slotOf(host));
            FakeHost machine = world.host(host);
            machine.directories.put(place.dataDir(), copy);
            FakeServer.launch(world, machine, copy, place);
        });
    }

    /**
     * Makes a standby of a stopped server's directory again, on an earlier timeline. What was written since is carried over,
     * as far as the person has it.
     */
    public void makeStandbyAgain(String host, Path dataDir, int timeline, Lsn upTo) {
        world.change(() -> Optional.ofNullable(world.host(host).directories.get(dataDir))
                .ifPresent(found -> found.makeStandby(timeline, upTo)));
    }

    /** ALTER SYSTEM, and a reload where a server runs. */
    public void alterSystem(String host, Path dataDir, ManagedSetting setting, String value) {
        world.change(() -> {
            FakeHost machine = world.host(host);
            FakeDirectory data = machine.directories.get(dataDir);
            if (data == null) {
                throw new IllegalStateException("there is no " + dataDir + " on " + host);
            }
            data.autoConf.put(setting.parameter(), value);
            machine.serverIn(data).ifPresent(FakeServer::reload);
        });
    }
}
