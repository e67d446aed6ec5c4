/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** PostgreSQL on the machine that this process runs on. */
public final class LocalPostgresNode implements PostgresNode {
    private final LocalPrograms programs;
    private final Path dataRoot;
    private final LocalDirectories directories;

    /**
     * For one node.
     *
     * @param name the node's id, which process titles and logs show
     * @param host where its instances listen
     * @param dataRoot where data directories lie that Drover makes
     */
    public LocalPostgresNode(
            String name, String host, Path dataRoot, PostgresBinaries binaries, RoleSetup.Passwords passwords) {
        this(name, host, dataRoot, List.of(), binaries, passwords);
    }

    /**
     * The same that takes over data directories only below some directories.
     *
     * @param roots beside {@code dataRoot}; none for anywhere
     */
    public LocalPostgresNode(
            String name,
            String host,
            Path dataRoot,
            List<Path> roots,
            PostgresBinaries binaries,
            RoleSetup.Passwords passwords) {
        this.programs = new LocalPrograms(name, host, binaries, passwords);
        this.dataRoot = dataRoot;
        this.directories = new LocalDirectories(
                binaries,
                roots.isEmpty()
                        ? List.of()
                        : Stream.concat(roots.stream(), Stream.of(dataRoot)).toList());
    }

    @Override
    public PostgresServer server(ServerPlace place) {
        return new LocalPostgresServer(programs, place);
    }

    @Override
    public DataDirectories directories() {
        return directories;
    }

    @Override
    public NodeFacts facts() {
        return LocalNodeFacts.read(programs.binaries(), dataRoot);
    }

    @Override
    public boolean isPortFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(programs.host()), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String replicationLogin(String host, int port) {
        return ReplicationLogin.probe(host, port, programs.passwords().replication());
    }
}
