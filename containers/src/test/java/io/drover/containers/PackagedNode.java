/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import java.io.IOException;
import java.time.Duration;

/** A machine that somebody has set up by hand with the Debian package, as docs/packages.md tells: all of Drover, and a shard. */
final class PackagedNode {
    static final String SHARD = "shard_01";
    static final String DATA = "/var/lib/drover/" + SHARD + "/data";

    private static final Duration INSTALLATION = Duration.ofMinutes(6);
    private static final Duration START = Duration.ofMinutes(1);
    private static final String PACKAGE = "/root/drover.deb";

    private final SystemdNode node;

    PackagedNode(SystemdNode node) {
        this.node = node;
    }

    /** Nothing else is needed for the package itself than apt-get, and a mirror of Debian. */
    void install() throws IOException {
        node.copy(Built.debianPackage(), PACKAGE);
        node.run(INSTALLATION, "apt-get -qq update && apt-get -qq install -y --no-install-recommends " + PACKAGE);
    }

    /** The machine's own PostgreSQL programs, without a cluster of the distribution's; a ZooKeeper server; what shows a manual. */
    void installSurroundings() {
        node.run("mkdir -p /etc/postgresql-common/createcluster.d"
                + " && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/no-cluster.conf");
        node.run(
                INSTALLATION,
                "apt-get -qq install -y --no-install-recommends postgresql libzookeeper-java man-db bash-completion");
        // not Debian's own service: its data lies in /tmp, and its script does not stop it
        node.write("/etc/systemd/system/zookeeper.service", "root", """
                [Service]
                DynamicUser=yes
                StateDirectory=zookeeper
                ExecStart=/usr/bin/java -Xmx128m -Dzookeeper.admin.enableServer=false -cp /usr/share/java/zookeeper.jar \\
                  org.apache.zookeeper.server.ZooKeeperServerMain 2181 /var/lib/zookeeper
                [Install]
                WantedBy=multi-user.target
                """);
        node.run("systemctl enable --quiet --now zookeeper");
    }

    void configure() {
        String programs = node.run("ls -d /usr/lib/postgresql/*/bin");
        secret("controller.token", "drover", "token of the controller");
        secret("controller.agent-token", "drover", "token of the agents");
        secret("controller.password", "drover", "password of drover");
        secret("agent.token", "postgres", "token of the agents");
        secret("agent.drover.password", "postgres", "password of drover");
        secret("agent.drover_repl.password", "postgres", "password of drover_repl");
        secret("agent.drover_rewind.password", "postgres", "password of drover_rewind");
        node.write("/etc/drover/controller.yml", "drover", """
                id: c1
                rest: http://127.0.0.1:8080
                zookeeper: {connect: "127.0.0.1:2181/drover"}
                tokenFile: /etc/drover/controller.token
                agentTokenFile: /etc/drover/controller.agent-token
                postgres: {passwordFile: /etc/drover/controller.password}
                """ + server(8080));
        node.write("/etc/drover/agent.yml", "postgres", """
                node: node_a
                host: 127.0.0.1
                zookeeper: 127.0.0.1:2181/drover
                binDir: %s
                tokenFile: /etc/drover/agent.token
                passwordFiles:
                  drover: /etc/drover/agent.drover.password
                  droverRepl: /etc/drover/agent.drover_repl.password
                  droverRewind: /etc/drover/agent.drover_rewind.password
                """.formatted(programs) + server(8090));
    }

    private void secret(String file, String owner, String secret) {
        node.write("/etc/drover/" + file, owner, secret + "\n");
    }

    private static String server(int port) {
        return """
                server:
                  minThreads: 4
                  maxThreads: 32
                  applicationConnectors: [{type: http, bindHost: 127.0.0.1, port: %s, acceptorThreads: 1, selectorThreads: 1}]
                  adminConnectors: [{type: http, bindHost: 127.0.0.1, port: %s, acceptorThreads: 1, selectorThreads: 1}]
                  requestLog: {appenders: []}
                """.formatted(port, port + 1);
    }

    void startDaemons() {
        node.run(START, "systemctl enable --quiet --now drover-agent drover-controller");
        node.await("the controller knows the agent's node", START, drover("nodes") + " | grep -q 'node_a.*yes'");
    }

    void makeShard() {
        node.run(START, drover("init " + SHARD + " --node node_a --port 5433 --database app"));
        awaitService();
        node.run(psql(
                "create table beat (at timestamptz default clock_timestamp(), server int default pg_backend_pid())"));
    }

    /** The agent says to load balancers that the shard is served. */
    void awaitService() {
        node.await(
                "the shard is served",
                START,
                "python3 -c \"import urllib.request as r; r.urlopen('http://127.0.0.1:8090/primary?shard=" + SHARD
                        + "', timeout=5)\"");
    }

    /** Another build of the same, as an upgrade wants it. */
    void upgrade(String version) {
        node.run(INSTALLATION, """
                rm -rf /root/next && dpkg-deb -R %1$s /root/next
                sed -i 's/^Version: .*/Version: %2$s/' /root/next/DEBIAN/control
                dpkg-deb --root-owner-group -Zgzip -z1 -b /root/next /root/next.deb >/dev/null
                apt-get -qq install -y /root/next.deb
                """.formatted(PACKAGE, version));
    }

    /** A command line that talks to the controller. */
    static String drover(String arguments) {
        return "DROVER_URL=http://127.0.0.1:8080 DROVER_TOKEN_FILE=/etc/drover/controller.token /usr/bin/drover "
                + arguments;
    }

    /** A command line that runs a statement in the shard, as the superuser. */
    static String psql(String statement) {
        return "runuser -u postgres -- psql -X -q -At -v ON_ERROR_STOP=1 -h /var/lib/drover/%s/socket -p 5433 app -c \"%s\""
                .formatted(SHARD, statement);
    }
}
