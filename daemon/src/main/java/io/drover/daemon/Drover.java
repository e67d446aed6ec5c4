/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import io.drover.daemon.agent.AgentApplication;
import io.drover.daemon.cli.CommandLines;
import io.drover.daemon.cli.ZooKeeperServer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The program {@code drover}: daemons and the commands that talk to them. */
@Command(
        name = "drover",
        description = "Moves a live PostgreSQL shard from one node to another.",
        mixinStandardHelpOptions = true,
        subcommands = {Drover.Server.class, Drover.Agent.class, Drover.ZooKeeper.class})
public final class Drover {
    Drover() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        PlainLog.install();
        int code = commandLine().execute(arguments);
        if (code != STAYS) {
            System.exit(code);
        }
    }

    /** All commands, also for what describes them. */
    public static CommandLine commandLine() {
        return CommandLines.of(new Drover());
    }

    /** A daemon has started and goes on by its own threads. */
    private static final int STAYS = -1;

    @Command(name = "server", description = "Runs a controller.")
    static final class Server implements Callable<Integer> {
        @Parameters(paramLabel = "FILE.yml", description = "its configuration")
        private Path file = Path.of("");

        @Override
        public Integer call() throws Exception {
            ControllerApplication.live().run("server", file.toString());
            return STAYS;
        }
    }

    @Command(name = "agent", description = "Runs the agent of a node, as PostgreSQL's operating system user.")
    static final class Agent implements Callable<Integer> {
        @Parameters(paramLabel = "FILE.yml", description = "its configuration")
        private Path file = Path.of("");

        @Override
        public Integer call() throws Exception {
            CountDownLatch refused = new CountDownLatch(1);
            new AgentApplication(refused::countDown).run("server", file.toString());
            refused.await();
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    @Command(name = "zookeeper", description = "Runs one ZooKeeper server in this process, for demos and tests.")
    static final class ZooKeeper implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "its configuration, in the form of zoo.cfg")
        private Path file = Path.of("");

        @Override
        public Integer call() throws Exception {
            ZooKeeperServer.run(file);
            return CommandLine.ExitCode.OK;
        }
    }
}
