/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.RogueWays;
import io.drover.testing.ledger.RogueWriter;
import io.drover.testing.ledger.RogueWriter.Way;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Writers that know of no fence, of each kind one for each node. */
final class RogueLoad {
    private static final Duration PAUSE = Duration.ofMillis(60);
    private static final double SECONDS_OPEN = 0.2;
    private static final String OVERRIDDEN = "-c default_transaction_read_only=off";

    private final String password;
    private final List<String> hosts;
    private final int port;
    private int next;

    RogueLoad(String password, List<String> hosts, int port) {
        this.password = password;
        this.hosts = hosts;
        this.port = port;
    }

    LoadProcess.Load start(int run, int first, Path directory) {
        next = first;
        List<RogueWriter> rogues = new ArrayList<>();
        RogueWays ways = new RogueWays(run);
        for (String host : hosts) {
            AckLog log = log(directory);
            rogues.add(rogue(
                    host, "read-write", log, ways.readWriteTransactions(log).inNewSessions(), ""));
            log = log(directory);
            rogues.add(rogue(host, "overridden", log, ways.autocommit(log), OVERRIDDEN));
            log = log(directory);
            rogues.add(rogue(host, "local", log, ways.localCommits(log), ""));
            log = log(directory);
            rogues.add(rogue(host, "several", log, ways.severalStatementsAtOnce(log), ""));
            log = log(directory);
            rogues.add(rogue(host, "late", log, ways.lateWritesOfOpenTransactions(log, SECONDS_OPEN), ""));
        }
        return () -> {
            long refusals = rogues.stream().mapToLong(RogueWriter::refusals).sum();
            rogues.forEach(RogueWriter::close);
            return refusals + " refusals";
        };
    }

    private AckLog log(Path directory) {
        return LoadProcess.log(directory, next++);
    }

    private RogueWriter rogue(String host, String name, AckLog log, Way way, String options) {
        return RogueWriter.start(name + "-" + host, log, () -> connect(host, options), way, PAUSE);
    }

    private Connection connect(String host, String options) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", LocalCluster.USER);
        properties.setProperty("password", password);
        // several statements in one message of the protocol
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("connectTimeout", "3");
        properties.setProperty("socketTimeout", "10");
        if (!options.isEmpty()) {
            properties.setProperty("options", options);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host + ":" + port + "/" + LocalCluster.DATABASE, properties);
    }
}
