/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.MoveId;
import io.drover.api.MoveState;
import io.drover.testing.cluster.Waiting;
import java.time.Duration;
import java.util.List;

/** Everything loses its power at once, and ZooKeeper is the last to be there again. */
final class PowerLoss {
    private static final Duration STARTED = Duration.ofSeconds(90);

    private PowerLoss() {}

    static Case asCase() {
        // writers whose host has lost its power write no more: how long they are silent says nothing
        return new Case(
                "power-loss-zookeeper-last",
                InCi.ALWAYS,
                Duration.ofMinutes(20),
                Case.OF_A_DEAD_SERVER,
                PowerLoss::everything);
    }

    private static MoveId everything(Scene scene) {
        MoveId move = scene.startMove("");
        scene.awaitWayBack(move);
        scene.awaitWrites();
        String primary = scene.watch().last().primary();
        List<String> all = scene.installation().hosts().stream().map(Host::name).toList();
        List<String> zookeepers = scene.installation().hosts(Host.Role.ZOOKEEPER).stream()
                .map(Host::name)
                .toList();
        // where a server of ZooKeeper shares its host, it is kept from starting with it
        zookeepers.forEach(host -> scene.machine(host).run("systemctl disable --quiet zookeeper"));
        all.parallelStream().forEach(host -> scene.machine(host).cutPower());
        scene.fault(
                "all hosts lose their power",
                all.stream().noneMatch(host -> scene.machine(host).isOn()));
        all.forEach(host -> scene.machine(host).givePower());
        all.parallelStream().forEach(host -> scene.machine(host).awaitBooted());
        Waiting.until(
                "the server on " + primary + " takes connections without ZooKeeper",
                STARTED,
                () -> scene.postgres().accepts(primary));
        // written to as well, by whoever has the address
        scene.postgres().write(primary);
        scene.fault(
                "ZooKeeper was away when " + primary + " took its first write",
                zookeepers.stream()
                        .noneMatch(host -> scene.machine(host).succeeds("systemctl is-active --quiet zookeeper")));
        zookeepers.forEach(host -> scene.machine(host).run("systemctl enable --quiet --now --no-block zookeeper"));
        scene.awaitHealthy();
        scene.load().again();
        scene.awaitWrites();
        scene.awaitWayBack(move);
        scene.complete(move);
        scene.await(move, MoveState.COMPLETED);
        return move;
    }
}
