/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the configuration and the secrets of every daemon. */
final class ConfigurationFiles {
    // short, so that the other controller takes over while somebody watches
    private static final String CONTROLLER_SESSION = "3s";

    private final OsUser user;
    private final Path directory;
    private final Path configuration;
    private final Path secretDirectory;
    private final ClusterLayout layout;
    private final Secrets secrets;
    private final @Nullable ClusterCertificates certificates;
    private final Optional<ZooKeeperSecurity> security;

    ConfigurationFiles(
            OsUser user,
            Path directory,
            ClusterLayout layout,
            Secrets secrets,
            @Nullable ClusterCertificates certificates,
            Optional<ZooKeeperSecurity> security) {
        this.user = user;
        this.directory = directory;
        this.configuration = directory.resolve("etc");
        this.secretDirectory = directory.resolve("secrets");
        this.layout = layout;
        this.secrets = secrets;
        this.certificates = certificates;
        this.security = security;
    }

    /** Writes the files and returns them by the daemons' ids. */
    Map<String, Path> write() {
        user.directory(configuration, "rwxr-xr-x");
        user.directory(secretDirectory, "rwx------");
        user.directory(directory.resolve("tmp"), "rwxrwxrwx");
        user.secretFile(secret("token"), secrets.token() + "\n");
        user.secretFile(secret("drover"), secrets.drover() + "\n");
        user.secretFile(secret("drover_repl"), secrets.replication() + "\n");
        user.secretFile(secret("drover_rewind"), secrets.rewind() + "\n");
        Map<String, Path> files = new LinkedHashMap<>();
        for (ClusterLayout.Server server : layout.zookeepers()) {
            files.put(server.id(), file(server.id() + ".cfg", zookeeper(server)));
        }
        layout.controllers()
                .forEach(controller ->
                        files.put(controller.id(), file(controller.id() + ".yml", controller(controller))));
        layout.nodes().forEach(node -> {
            user.directory(node.dataRoot(), "rwx------");
            files.put(node.id().value(), file(node.id() + ".yml", agent(node)));
        });
        return files;
    }

    private Path secret(String name) {
        return secretDirectory.resolve(name);
    }

    private Path file(String name, String content) {
        return user.secretFile(configuration.resolve(name), content);
    }

    private String zookeeper(ClusterLayout.Server server) {
        Path data = directory.resolve("zookeeper");
        if (layout.zookeepers().size() > 1) {
            data = data.resolve(server.id());
            user.directory(data, "rwxr-xr-x");
            user.secretFile(data.resolve("myid"), (layout.zookeepers().indexOf(server) + 1) + "\n");
        }
        return """
                tickTime=500
                minSessionTimeout=1000
                maxSessionTimeout=40000
                dataDir=%s
                admin.enableServer=false
                """.formatted(data)
                + security.map(secured -> secured.server(server.host(), server.port()))
                        .orElseGet(
                                () -> "clientPortAddress=%s\nclientPort=%s\n".formatted(server.host(), server.port()))
                + ensemble();
    }

    private String zookeeperOf(String id, String credentials, String sessionTimeout, String otherwise) {
        return security.map(secured ->
                        secured.section(id, credentials, layout.zookeeperAddress() + "/drover", sessionTimeout))
                .orElse(otherwise);
    }

    private String ensemble() {
        if (layout.zookeepers().size() == 1) {
            return "";
        }
        StringBuilder text = new StringBuilder("initLimit=20\nsyncLimit=6\n");
        for (int i = 0; i < layout.zookeepers().size(); i++) {
            text.append("server.%s=%s:2888:3888%n"
                    .formatted(i + 1, layout.zookeepers().get(i).host()));
        }
        return text.toString();
    }

    private String controller(ClusterController controller) {
        return """
                id: %s
                rest: %s
                tokenFile: %s
                postgres:
                  passwordFile: %s
                """.formatted(controller.id(), controller.rest(), secret("token"), secret("drover"))
                + (certificates == null ? "" : certificates.ofController(controller))
                + zookeeperOf(
                        controller.id(),
                        "controller",
                        CONTROLLER_SESSION,
                        "zookeeper:\n  connect: %s/drover\n  sessionTimeout: %s\n"
                                .formatted(layout.zookeeperAddress(), CONTROLLER_SESSION))
                + server(controller.host(), controller.restPort(), controller.adminPort());
    }

    private String agent(ClusterNode node) {
        return """
                node: %s
                host: %s
                agentUrl: %s
                dataRoot: %s
                stateDir: %s
                superuser: %s
                passwordFiles:
                  drover: %s
                  droverRepl: %s
                  droverRewind: %s
                tokenFile: %s
                """.formatted(
                                node.id(),
                                node.host(),
                                node.agent(),
                                node.dataRoot(),
                                node.dataRoot().resolve("agent"),
                                user.name(),
                                secret("drover"),
                                secret("drover_repl"),
                                secret("drover_rewind"),
                                secret("token"))
                + zookeeperOf(
                        node.id().value(),
                        node.id().value(),
                        "6s",
                        "zookeeper: %s/drover\n".formatted(layout.zookeeperAddress()))
                + agentSession()
                + (certificates == null ? "" : certificates.ofAgent(node))
                + server(node.host(), node.agentPort(), node.adminPort());
    }

    /** Where sessions are made to end, as short as a controller's; else the default. */
    private String agentSession() {
        return layout.zookeepers().size() == 1 ? "" : "zookeeperSessionTimeout: " + CONTROLLER_SESSION + "\n";
    }

    private String server(String host, int port, int adminPort) {
        return """
                server:
                  minThreads: 4
                  maxThreads: 32
                  applicationConnectors:
                    - {type: %4$s, bindHost: %1$s, port: %2$s, acceptorThreads: 1, selectorThreads: 1}
                  adminConnectors:
                    - {type: http, bindHost: %1$s, port: %3$s, acceptorThreads: 1, selectorThreads: 1}
                  requestLog: {appenders: []}
                logging:
                  level: INFO
                """.formatted(host, port, adminPort, certificates == null ? "http" : "tls")
                // in a namespace of its own nobody else reaches it; an older version does not know the setting
                + (host.startsWith("127.") ? "" : "adminBeyondLoopback: true\n");
    }
}
