/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;

/** A ZooKeeper server whose clients have credentials, or none. */
final class SecuredZooKeeper implements AutoCloseable {
    private static final int TICK_MILLIS = 500;
    private static final Duration SESSION = Duration.ofSeconds(4);

    private final TestingServer server;
    private final Path directory;
    private final List<String> roles = new ArrayList<>();
    private final List<ZooKeeperClient> clients = new ArrayList<>();

    SecuredZooKeeper(Path directory) throws Exception {
        this.server = new TestingServer(new InstanceSpec(null, 0, -1, -1, true, -1, TICK_MILLIS, -1), true);
        this.directory = directory;
        for (Role role : Role.values()) {
            Path file = file(role.user(), role.user() + ":of-" + role.user());
            roles.addAll(Credentials.read(file).digests());
        }
    }

    /** What stands under {@code zookeeper.access.roles}. */
    List<String> roles() {
        return roles;
    }

    Path file(String name, String... lines) {
        Path file = directory.resolve(name);
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.write(file, List.of(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    AccessRules controllerRules() {
        return AccessRules.ofController(directory.resolve("controller"), roles);
    }

    AccessRules agentRules(String node) {
        Path file = file("agent-" + node, "# of one node", "agent:of-agent", "agent-" + node + ":of-" + node);
        return AccessRules.ofAgent(file, roles.subList(0, 1), new NodeId(node));
    }

    AccessRules clientRules() {
        return AccessRules.ofClient(directory.resolve("client"), roles.subList(0, 1));
    }

    AccessRules poolerRules() {
        return AccessRules.ofClient(file("adapter", "client:of-client", "pooler:of-pooler"), roles.subList(0, 1));
    }

    ZooKeeperClient controller() {
        ZooKeeperClient client = connect(controllerRules());
        TestingZooKeeper.awaitRoots(client);
        return client;
    }

    ZooKeeperClient agent(String node) {
        return connect(agentRules(node));
    }

    ZooKeeperClient client() {
        return connect(clientRules());
    }

    ZooKeeperClient anonymous() {
        return connect(ZooKeeperSettings.open(address(), SESSION));
    }

    ZooKeeperClient connect(AccessRules rules) {
        return connect(new ZooKeeperSettings(address(), SESSION, null, rules));
    }

    private ZooKeeperClient connect(ZooKeeperSettings settings) {
        ZooKeeperClient client = ZooKeeperConnection.connect(settings);
        clients.add(client);
        return client;
    }

    String address() {
        return "127.0.0.1:" + server.getPort() + "/drover";
    }

    TestingServer server() {
        return server;
    }

    @Override
    public void close() throws IOException {
        clients.forEach(ZooKeeperClient::close);
        server.close();
    }
}
