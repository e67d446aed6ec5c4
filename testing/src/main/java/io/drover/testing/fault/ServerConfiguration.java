/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.api.NodeId;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Psql;
import io.drover.testing.cluster.WorldSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How the shard's instance on a node is configured, as its server tells it.
 *
 * @param loaded the settings in force that come from a file and do not belong to the node
 * @param stored what the files say
 * @param accessRules the file that hba_file names, as PostgreSQL reads it now
 */
record ServerConfiguration(Map<String, String> loaded, StoredSettings stored, String accessRules) {
    private static final Pattern OF_NODE =
            Pattern.compile("^(cluster_name|listen_addresses|unix_socket_directories|data_directory|hba_file|ident_file"
                    + "|config_file|primary_conninfo|primary_slot_name|recovery_target_timeline)\\|");

    static ServerConfiguration of(LocalCluster cluster, NodeId node) {
        Psql sql = cluster.psql(node);
        Map<String, String> loaded = new TreeMap<>();
        sql.run(
                        LocalCluster.DATABASE,
                        "select name, setting from pg_settings where source = 'configuration file' order by 1")
                .lines()
                .filter(line -> !OF_NODE.matcher(line).find())
                .forEach(line ->
                        loaded.put(line.substring(0, line.indexOf('|')), line.substring(line.indexOf('|') + 1)));
        StoredSettings stored =
                StoredSettings.of(cluster.node(node).dataRoot(), sql.run(LocalCluster.DATABASE, StoredSettings.QUERY));
        String accessRules = sql.run(
                LocalCluster.DATABASE,
                "select line_number, type, database, user_name, address, netmask, auth_method, options, error"
                        + " from pg_hba_file_rules order by 1");
        return new ServerConfiguration(loaded, stored, accessRules);
    }

    /** What a primary has otherwise than this one, which was that of the shard's primary before. */
    List<String> differencesOf(ServerConfiguration now) {
        List<String> found = new ArrayList<>(WorldSnapshot.differences(loaded, now.loaded));
        stored.differencesOf(now.stored).forEach(difference -> found.add("in " + difference));
        found.addAll(otherRules(now));
        return found;
    }

    /** The same of a standby, whose postgresql.auto.conf is its own. */
    List<String> differencesOfStandby(ServerConfiguration now) {
        List<String> found = new ArrayList<>(WorldSnapshot.differences(stored.files(), now.stored.files()));
        found.addAll(otherRules(now));
        return found;
    }

    private List<String> otherRules(ServerConfiguration now) {
        return accessRules.equals(now.accessRules)
                ? List.of()
                : List.of("access rules: " + accessRules + " -> " + now.accessRules);
    }
}
