/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.api.NodeId;
import io.drover.client.ShardDataSourceConfig;
import io.drover.topology.AccessRules;
import io.drover.topology.Credentials;
import io.drover.topology.PemFiles;
import io.drover.topology.ZooKeeperClient;
import io.drover.topology.ZooKeeperConnection;
import io.drover.topology.ZooKeeperSettings;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * TLS and access control of a cluster's ZooKeeper: a private CA, a certificate for each process, credentials for each role, and what
 * stands about them in the configuration of each daemon.
 */
public final class ZooKeeperSecurity {
    /** The CA at the beginning. */
    public static final String CA = "ca";

    private static final String SERVER = "server";
    private static final String KIT = "kit";
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final int PASSWORD_BYTES = 24;
    /** Which user of a role has which line in the files of others is in docs/security.md. */
    private static final List<String> ROLES = List.of("controller", "agent", "client", "pooler");

    private final OsUser user;
    private final Path directory;
    private final ZooKeeperCertificates certificates;
    private final Map<String, String> passwords = new LinkedHashMap<>();
    private final List<String> roles = new ArrayList<>();

    ZooKeeperSecurity(OsUser user, Path directory, List<NodeId> nodes) {
        this.user = user;
        this.directory = directory;
        this.certificates = new ZooKeeperCertificates(user, directory);
        ROLES.forEach(role -> {
            passwords.put(role, random());
            roles.addAll(Credentials.read(credentials(role, role)).digests());
        });
        nodes.forEach(node -> {
            passwords.put("agent-" + node, random());
            credentials(node.value(), "agent", "agent-" + node);
        });
        certificates.makeCa(CA);
        trust(CA);
        trustServers(CA);
        issueAll(CA, nodes);
    }

    /** Signs a certificate of a new key for every process, in the place of the present ones. */
    public void issueAll(String ca, List<NodeId> nodes) {
        certificates.issue(ca, SERVER, "IP:127.0.0.1");
        certificates.join("server.pem", List.of(certificates.key(SERVER), certificates.certificate(SERVER)));
        ClusterLayout.CONTROLLERS.forEach(id -> certificates.issue(ca, id, "URI:drover://controller/" + id));
        nodes.forEach(node -> certificates.issue(ca, node.value(), "URI:drover://agent/" + node));
        certificates.issue(ca, KIT, "URI:drover://client/" + KIT);
    }

    /** Makes a further CA. */
    public void makeCa(String name) {
        certificates.makeCa(name);
    }

    /** Whose clients the servers let in, from their next start on. */
    public void trust(String... cas) {
        certificates.join(
                "clients-ca.pem", List.of(cas).stream().map(certificates::ca).toList());
    }

    /** Whose servers clients trust, from their next connecting on. */
    public void trustServers(String... cas) {
        certificates.join(
                "servers-ca.pem", List.of(cas).stream().map(certificates::ca).toList());
    }

    private Path credentials(String name, String... users) {
        StringBuilder text = new StringBuilder();
        List.of(users).forEach(each -> text.append(each + ":" + passwords.get(each) + "\n"));
        return user.secretFile(directory.resolve(name + ".credentials"), text.toString());
    }

    private static String random() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** What must not be found anywhere. */
    public List<String> secrets() {
        return List.copyOf(passwords.values());
    }

    /** The same by what each is for, and the private keys. */
    Map<String, String> namedSecrets() {
        Map<String, String> all = new LinkedHashMap<>();
        passwords.forEach((name, password) -> all.put("password of " + name + " in ZooKeeper", password));
        all.putAll(PrivateKeys.in(directory));
        return all;
    }

    /** Where the files are. */
    public Path directory() {
        return directory;
    }

    /** A server's part: no port but the one with TLS. */
    String server(String host, int port) {
        return """
                secureClientPortAddress=%s
                secureClientPort=%s
                serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
                ssl.keyStore.location=%s
                ssl.keyStore.type=PEM
                ssl.trustStore.location=%s
                ssl.trustStore.type=PEM
                """.formatted(host, port, directory.resolve("server.pem"), directory.resolve("clients-ca.pem"));
    }

    /** The section {@code zookeeper} of a controller or an agent. */
    String section(String id, String credentials, String connect, String sessionTimeout) {
        return """
                zookeeper:
                  connect: %s
                  sessionTimeout: %s
                  tls:
                    certificate: %s
                    key: %s
                    ca: %s
                  access:
                    credentials: %s
                    roles: %s
                """.formatted(
                        connect,
                        sessionTimeout,
                        certificates.certificate(id),
                        certificates.key(id),
                        directory.resolve("servers-ca.pem"),
                        directory.resolve(credentials + ".credentials"),
                        roles.stream().map(role -> "'" + role + "'").toList());
    }

    /** Gives a client of shards its part. */
    public ShardDataSourceConfig.Builder client(ShardDataSourceConfig.Builder builder) {
        PemFiles files = clientFiles();
        return builder.zookeeperTls(files.certificate(), files.key(), files.ca())
                .zookeeperAccess(directory.resolve("client.credentials"), roles.subList(0, 1));
    }

    private PemFiles clientFiles() {
        return new PemFiles(certificates.certificate(KIT), certificates.key(KIT), directory.resolve("servers-ca.pem"));
    }

    /** Connects as a controller. */
    public ZooKeeperClient connectAsController(String connect) {
        AccessRules rules = AccessRules.ofController(directory.resolve("controller.credentials"), roles);
        return ZooKeeperConnection.connect(new ZooKeeperSettings(connect, SESSION, clientFiles(), rules));
    }

    /** Connects with a certificate, and without credentials. */
    public ZooKeeperClient connectAsNobody(String connect) {
        return ZooKeeperConnection.connect(new ZooKeeperSettings(connect, SESSION, clientFiles(), null));
    }

    /** The options with which {@code bin/drover watch} may look. */
    public List<String> watchOptions() {
        PemFiles files = clientFiles();
        return List.of(
                "--tls-certificate=" + files.certificate(),
                "--tls-key=" + files.key(),
                "--tls-ca=" + files.ca(),
                "--credentials=" + directory.resolve("client.credentials"));
    }
}
