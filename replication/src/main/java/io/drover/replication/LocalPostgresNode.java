/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

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
     * @param tls how connections to other servers are protected, and what those that Drover makes show
     */
    public LocalPostgresNode(
            String name,
            String host,
            Path dataRoot,
            PostgresBinaries binaries,
            RoleSetup.Passwords passwords,
            ServerTls tls) {
        this(name, host, dataRoot, binaries, passwords, AdoptionRules.ANYWHERE, tls);
    }

    /**
     * The same with rules for what somebody else has made.
     *
     * @param rules what may be adopted
     */
    public LocalPostgresNode(
            String name,
            String host,
            Path dataRoot,
            PostgresBinaries binaries,
            RoleSetup.Passwords passwords,
            AdoptionRules rules,
            ServerTls tls) {
        this.programs = new LocalPrograms(name, host, binaries, passwords, rules, tls);
        this.dataRoot = dataRoot;
        this.directories = new LocalDirectories(binaries, rules);
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
        return ReplicationLogin.probe(host, port, programs.passwords().replication(), programs.tls());
    }

    @Override
    public void closeLeftGate(ServiceName service) {
        if (service.kind() == ServiceName.Kind.SYSTEMD) {
            new SystemdUnit(service.name()).closeLeftGate();
        }
    }

    @Override
    public boolean forgetEnd(ServiceName service) {
        return service.kind() != ServiceName.Kind.SYSTEMD || new SystemdUnit(service.name()).forgetEnd();
    }
}
