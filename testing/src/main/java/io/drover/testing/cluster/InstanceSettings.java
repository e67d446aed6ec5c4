/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Settings of a shard's instance that its administrator changes, and that wait for a restart. Copies have them too. */
public final class InstanceSettings {
    private static final Duration RESTART_LIMIT = Duration.ofMinutes(2);
    private static final String STARTED = "select pg_postmaster_start_time()";

    private InstanceSettings() {}

    /** Writes them, stops the instance, and waits until its agent has started it again. */
    public static void apply(LocalCluster cluster, NodeId node, Map<String, String> settings) {
        Psql psql = cluster.psql(node);
        settings.forEach((name, value) -> psql.run("postgres", "alter system set " + name + " = '" + value + "'"));
        String before = psql.run("postgres", STARTED);
        Path data = cluster.dataDirectory(node);
        // not waited for: pg_ctl would wait for the end of the next server, too, when the agent is quicker than its
        // look
        Command.succeed(cluster.osUser()
                .command(List.of(
                        StandbyInstance.programs() + "/pg_ctl", "-D", data.toString(), "-m", "fast", "-W", "stop")));
        Waiting.until(
                "the instance on " + node + " runs with " + settings,
                RESTART_LIMIT,
                () -> psql.succeeds("postgres", "select 1 / (pg_postmaster_start_time() > '" + before + "')::int"));
    }
}
