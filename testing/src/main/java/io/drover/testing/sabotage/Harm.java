/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.replication.AllowList;
import io.drover.replication.Rewind;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What replacements do that is more than a line. In the daemon, so that nothing may throw that it would not expect. */
public final class Harm {
    /** Long enough for a client to be acknowledged something, and for the new primary to serve. */
    private static final Duration LATE = Duration.ofMillis(1500);

    private static final String CONFIG_FILE = "config_file=";

    private Harm() {}

    /** Lets time pass. */
    public static void lateness() {
        Waiting.pause(LATE);
    }

    /** The list with every child of the postmaster on it that pg_stat_activity does not show. */
    public static AllowList withUnseen(AllowList spared, Connection connection, int postmaster) {
        Set<Integer> shown = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pid from pg_stat_activity")) {
            while (rows.next()) {
                shown.add(rows.getInt(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("sabotage: the sessions cannot be read", e);
        }
        Map<Integer, String> titles = new HashMap<>(spared.titles());
        for (long child : ProcessTable.childrenOf(postmaster)) {
            if (!shown.contains((int) child)) {
                titles.putIfAbsent((int) child, ProcessTable.commandLine(child));
            }
        }
        return new AllowList(titles, spared.sender());
    }

    /** The options of a start, with the addresses that the node's own settings file names. */
    public static List<String> hearing(List<String> options) {
        Optional<String> file = options.stream()
                .filter(option -> option.startsWith(CONFIG_FILE))
                .map(option -> option.substring(CONFIG_FILE.length()))
                .findFirst();
        if (file.isEmpty()) {
            return options;
        }
        try {
            List<String> more = new ArrayList<>(options);
            Files.readAllLines(Path.of(file.orElseThrow())).stream()
                    .filter(line -> line.startsWith("listen_addresses"))
                    .map(line -> line.substring(line.indexOf('\'') + 1, line.lastIndexOf('\'')))
                    .forEach(addresses -> more.addAll(List.of("-c", "listen_addresses=" + addresses)));
            return more;
        } catch (IOException e) {
            throw new IllegalStateException("sabotage: the settings of the node cannot be read", e);
        }
    }

    /** Lets the server and all its sessions go on. */
    public static void open(Object call) {
        long postmaster = postmaster(dataDirectory(call));
        ProcessTable.childrenOf(postmaster).forEach(child -> ProcessTable.signal(child, "CONT"));
        ProcessTable.signal(postmaster, "CONT");
    }

    /** Takes the guard away from a server that goes on. */
    public static void clearGuard(Object call) {
        Path data = dataDirectory(call);
        try {
            Files.writeString(
                    data.resolve("postgresql.auto.conf"),
                    "synchronous_standby_names = ''\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new IllegalStateException("sabotage: the guard cannot be cleared", e);
        }
        ProcessTable.signal(postmaster(data), "HUP");
    }

    /** The same rewind under the directory's own name. */
    public static Rewind.Spec inPlace(Rewind.Spec spec) {
        return new Rewind.Spec(spec.dataDir(), spec.dataDir(), spec.conf(), spec.upstream(), spec.fork(), spec.log());
    }

    private static long postmaster(Path data) {
        try {
            return Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        } catch (IOException e) {
            throw new IllegalStateException("sabotage: no server runs in " + data, e);
        }
    }

    /** The call and its record are the agent's own. */
    private static Path dataDirectory(Object call) {
        try {
            Object record = invoke(call, "record");
            return (Path) invoke(record, "dataDir");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("sabotage: the instance of the call is not known", e);
        }
    }

    private static Object invoke(Object target, String name) throws ReflectiveOperationException {
        Method method = target.getClass().getDeclaredMethod(name);
        method.setAccessible(true);
        return method.invoke(target);
    }
}
