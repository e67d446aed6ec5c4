/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.demo;

import io.drover.testing.cluster.ClusterController;
import io.drover.testing.cluster.LocalCluster;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Tells a person how to reach a held cluster. */
final class Reach {
    private final LocalCluster cluster;
    private final Path endpoints;

    Reach(LocalCluster cluster, Path endpoints) {
        this.cluster = cluster;
        this.endpoints = endpoints;
    }

    void print(Console console) {
        // each of them: one may be killed
        String rest =
                cluster.controllers().stream().map(ClusterController::rest).collect(Collectors.joining(","));
        console.plain("");
        console.plain("The cluster runs until you press Ctrl-C. Everything about it: %s", endpoints);
        console.plain("In every other terminal, in this directory, first:");
        console.plain("");
        console.plain("  export DROVER_URL=%s DROVER_TOKEN_FILE=%s", rest, cluster.tokenFile());
        console.plain("");
        console.plain("then, for example:");
        console.plain("");
        console.plain("  bin/drover check %s --to %s", LocalCluster.SHARD, LocalCluster.NODE_B);
        console.plain("  bin/drover move %s --to %s --wait", LocalCluster.SHARD, LocalCluster.NODE_B);
        console.plain("  bin/drover moves");
        console.plain("  bin/drover watch --zookeeper %s", cluster.zookeeper());
        console.plain("");
        console.plain("On a disk that is over 80 %% full the checks refuse a move (P26-reserve). For a small copy add");
        console.plain("");
        console.plain("  --waive 'P26-reserve=%s'", LocalCluster.WAIVER_REASON);
        console.plain("");
        console.plain("  REST       %s   (Authorization: Bearer %s)", rest, cluster.token());
        cluster.controllers()
                .forEach(controller -> console.plain(
                        "  %-10s %s, admin %s, pid %d",
                        controller.id(), controller.rest(), controller.admin(), cluster.pid(controller.id())));
        cluster.nodes()
                .forEach(node -> console.plain(
                        "  %-10s %s, agent %s, pid %d",
                        node.id(),
                        node.host(),
                        node.agent(),
                        cluster.pid(node.id().value())));
        console.plain("  ZooKeeper  %s, pid %d", cluster.zookeeper(), cluster.pid("zookeeper"));
        console.plain(
                "  psql 'postgresql://%s:%s@127.0.0.21:%4$d,127.0.0.22:%4$d,127.0.0.23:%4$d/%3$s"
                        + "?target_session_attrs=read-write'",
                LocalCluster.USER, cluster.password(), LocalCluster.DATABASE, cluster.shardPort());
        console.plain("");
    }
}
