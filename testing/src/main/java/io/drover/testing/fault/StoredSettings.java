/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.api.Json;
import io.drover.testing.cluster.WorldSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings in the configuration files of an instance, whether or not a server has loaded them: what a move has left there speaks at
 * the next reload or start.
 *
 * @param files value by file and name, of all files but postgresql.auto.conf, without what belongs to a node
 * @param altered value by name in postgresql.auto.conf
 */
record StoredSettings(Map<String, String> files, Map<String, String> altered) {
    /** Every line of every file as PostgreSQL reads them now. */
    static final String QUERY =
            "select coalesce(json_agg(json_build_object('file', sourcefile, 'name', name, 'setting', setting, 'error', error)"
                    + " order by seqno), '[]') from pg_file_settings";

    static final String ALTERED = "postgresql.auto.conf";

    /** What a move or its rejoin gives a standby; a primary ignores them (docs/settings.md). */
    private static final Set<String> OF_A_STANDBY =
            Set.of("primary_conninfo", "primary_slot_name", "recovery_target_timeline");

    private static final Set<String> OF_NODE = Set.of(
            "cluster_name",
            "listen_addresses",
            "port",
            "unix_socket_directories",
            "data_directory",
            "hba_file",
            "ident_file",
            "config_file",
            "external_pid_file");

    private static final Pattern LINE =
            Pattern.compile("\\s*([A-Za-z_][\\w.$]*)(?:\\s*=\\s*|\\s+)(?:'(.*)'|([^'\\s#]+))\\s*(?:#.*)?");

    StoredSettings {
        files = Map.copyOf(files);
        altered = Map.copyOf(altered);
    }

    /**
     * Of a server that runs.
     *
     * @param dataRoot of its node: where files lie below it is the same on every node
     * @param answer to {@link #QUERY}
     */
    static StoredSettings of(Path dataRoot, String answer) {
        Map<String, String> files = new HashMap<>();
        Map<String, String> altered = new HashMap<>();
        for (JsonNode line : Json.read(answer.getBytes(StandardCharsets.UTF_8), JsonNode.class)) {
            String file = line.path("file").asText();
            String name = line.path("name").asText();
            // of several lines with one name the last one counts
            if (file.endsWith("/" + ALTERED)) {
                altered.put(name, valueOf(line));
            } else if (!OF_NODE.contains(name)) {
                files.put(below(dataRoot, file) + " " + name, valueOf(line));
            }
        }
        return new StoredSettings(files, altered);
    }

    private static String valueOf(JsonNode line) {
        String error = line.hasNonNull("error") ? " (" + line.path("error").asText() + ")" : "";
        return line.path("setting").asText() + error;
    }

    private static String below(Path dataRoot, String file) {
        Path path = Path.of(file);
        return (path.startsWith(dataRoot) ? dataRoot.relativize(path) : path).toString();
    }

    /** The text of postgresql.auto.conf of a server that does not run. */
    static Map<String, String> altered(String text) {
        Map<String, String> values = new HashMap<>();
        text.lines()
                .filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
                .forEach(line -> {
                    Matcher matcher = LINE.matcher(line);
                    if (!matcher.matches()) {
                        values.put(line, "a line that is not understood");
                    } else {
                        String quoted = matcher.group(2);
                        values.put(
                                matcher.group(1),
                                quoted == null
                                        ? matcher.group(3)
                                        : quoted.replace("''", "'").replace("\\\\", "\\"));
                    }
                });
        return values;
    }

    /** What a primary has otherwise than these, which were those of the shard's primary before. */
    List<String> differencesOf(StoredSettings now) {
        List<String> found = new ArrayList<>(WorldSnapshot.differences(files, now.files));
        Map<String, String> before = new TreeMap<>(altered);
        Map<String, String> after = new TreeMap<>(now.altered);
        List.of(before, after).forEach(values -> values.keySet().removeAll(OF_A_STANDBY));
        // what ALTER SYSTEM has set for one node does not come along to another
        before.keySet().removeIf(name -> OF_NODE.contains(name) && !after.containsKey(name));
        WorldSnapshot.differences(before, after).forEach(difference -> found.add(ALTERED + " " + difference));
        return found;
    }

    /** What postgresql.auto.conf of a copy holds, of a standby or of a directory that was set aside, and nobody has put there but a move. */
    List<String> strangersAmong(Map<String, String> ofCopy) {
        return new TreeMap<>(ofCopy)
                .entrySet().stream()
                        .filter(each -> !OF_A_STANDBY.contains(each.getKey()))
                        .filter(each -> !each.getValue().equals(altered.get(each.getKey())))
                        .map(each -> each.getKey() + " = '" + each.getValue() + "'")
                        .toList();
    }
}
