/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.core.Configuration;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.ValidationMethod;
import io.drover.api.BaseUrl;
import io.drover.api.HostName;
import io.drover.api.NodePath;
import io.drover.api.RoleName;
import io.drover.daemon.config.AdminPort;
import io.drover.daemon.config.Connectors;
import io.drover.daemon.config.PostgresTlsFactory;
import io.drover.daemon.config.TlsFactory;
import io.drover.daemon.config.ZooKeeperFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The agent's configuration file.
 *
 * <pre>
 * node: node_a                              # the node's id
 * host: 127.0.0.21                          # where the node's PostgreSQL instances listen
 * zookeeper: 127.0.0.1:2181/drover          # connect string with chroot, or a section as a controller's
 * zookeeperSessionTimeout: 6s               # how long ZooKeeper counts a silent agent as alive
 * agentUrl: http://127.0.0.21:8090          # optional: address that controllers use; else host and the first application connector
 * dataRoot: /var/lib/drover                 # instances that Drover makes lie in &lt;dataRoot&gt;/&lt;shard&gt;
 * stateDir: /var/lib/drover/agent           # what the agent must remember, one file per instance
 * binDir: /usr/lib/postgresql/15/bin        # PostgreSQL's programs
 * superuser: postgres                       # logs in over the Unix socket
 * socketDir: /run/drover                    # optional: Unix sockets of instances that Drover makes; else &lt;instance dir&gt;/socket
 * adoptRoots: [/var/lib/postgresql]         # optional: what is adopted has to lie below one of these, or dataRoot; else anywhere
 * serviceManagers: true                     # optional: a server that runs under systemd or pg_ctlcluster is started through that
 * passwordFiles:                            # one password on the first line, readable by the agent only
 *   drover: /etc/drover/drover.password
 *   droverRepl: /etc/drover/drover_repl.password
 *   droverRewind: /etc/drover/drover_rewind.password
 * tokenFile: /etc/drover/token              # the bearer token that callers must show
 * tls:                                      # optional: see TlsFactory; then application connectors are of type tls
 *   certificate: /etc/drover/tls/agent.crt
 *   key: /etc/drover/tls/agent.key
 *   ca: /etc/drover/tls/ca.crt
 * postgres:
 *   tls: {ca: /etc/drover/tls/ca.crt}       # optional: see PostgresTlsFactory
 * adminBeyondLoopback: false                # whether an admin connector may listen on another address than loopback
 * server: …                                 # Dropwizard's server section; applicationConnectors and adminConnectors
 * </pre>
 *
 * <p>The agent runs as the operating system user that owns the data directories. It makes {@code dataRoot} and
 * {@code stateDir} when they are missing.
 */
public final class AgentConfiguration extends Configuration {
    @NotEmpty
    @Pattern(regexp = "[a-z0-9_]{1,63}")
    private String node = "";

    private @Nullable HostName host;

    @Valid
    private @Nullable ZooKeeperFactory zookeeper;

    private @Nullable Duration zookeeperSessionTimeout;

    private @Nullable BaseUrl agentUrl;

    @NotNull
    private NodePath dataRoot = new NodePath("/var/lib/drover");

    @NotNull
    private NodePath stateDir = new NodePath("/var/lib/drover/agent");

    @NotNull
    private NodePath binDir = new NodePath("/usr/lib/postgresql/15/bin");

    @NotNull
    private RoleName superuser = new RoleName("postgres");

    private @Nullable NodePath socketDir;

    @NotNull
    private List<NodePath> adoptRoots = List.of();

    private boolean serviceManagers = true;

    @Valid
    @NotNull
    private PasswordFiles passwordFiles = new PasswordFiles();

    @NotNull
    private Path tokenFile = Path.of("/etc/drover/token");

    @Valid
    private @Nullable TlsFactory tls;

    private boolean adminBeyondLoopback;

    /** Whether the admin port may listen where others than this machine reach it. Default false. */
    @JsonProperty
    public boolean isAdminBeyondLoopback() {
        return adminBeyondLoopback;
    }

    @JsonIgnore
    @ValidationMethod(message = "host must not be null")
    public boolean isHostNamed() {
        return host != null;
    }

    @JsonIgnore
    @ValidationMethod(message = AdminPort.REFUSAL)
    public boolean isAdminOnLoopback() {
        return adminBeyondLoopback || AdminPort.isLocal(getServerFactory());
    }

    @JsonIgnore
    @ValidationMethod(message = "zookeeper has to be named")
    public boolean isZookeeperNamed() {
        return zookeeper != null;
    }

    @JsonIgnore
    @ValidationMethod(message = Connectors.REFUSAL)
    public boolean isServerKnown() {
        return Connectors.areKnown(getServerFactory());
    }

    @JsonIgnore
    @ValidationMethod(message = Connectors.HALF)
    public boolean isTlsWhole() {
        return Connectors.areWhole(getServerFactory(), tls != null);
    }

    @JsonIgnore
    @ValidationMethod(message = Connectors.ADDRESS)
    public boolean isAddressRight() {
        return agentUrl == null || Connectors.fits(agentUrl.value(), tls != null);
    }

    /** This daemon's certificate and key, and the CA that it trusts; null without TLS. */
    @JsonProperty
    public @Nullable TlsFactory getTls() {
        return tls;
    }

    @Valid
    @NotNull
    private Postgres postgres = new Postgres();

    /** How the node's PostgreSQL talks to others. */
    @JsonProperty
    public Postgres getPostgres() {
        return postgres;
    }

    /** Id of the node. */
    @JsonProperty
    public String getNode() {
        return node;
    }

    /** Host name or address at which the node's PostgreSQL instances listen. */
    @JsonProperty
    public String getHost() {
        return requireNonNull(host, "host is null").value();
    }

    /** How ZooKeeper is reached: the connect string with the chroot, or a section as a controller's. */
    @JsonProperty
    public ZooKeeperFactory getZookeeper() {
        if (zookeeper == null) {
            throw new IllegalStateException("BUG: the validator lets nothing pass without zookeeper");
        }
        return zookeeperSessionTimeout == null ? zookeeper : zookeeper.lasting(zookeeperSessionTimeout);
    }

    /** How long ZooKeeper counts a silent agent as alive; null for what the section says. */
    @JsonProperty
    public @Nullable Duration getZookeeperSessionTimeout() {
        return zookeeperSessionTimeout;
    }

    /** Address that controllers use, or null for the host with the first application connector's port. */
    @JsonProperty
    public @Nullable String getAgentUrl() {
        return agentUrl == null ? null : agentUrl.value();
    }

    /** Where the instances lie that Drover makes. */
    @JsonProperty
    public Path getDataRoot() {
        return dataRoot.path();
    }

    /** Where the agent keeps what it must remember. */
    @JsonProperty
    public Path getStateDir() {
        return stateDir.path();
    }

    /** Where PostgreSQL's programs lie. */
    @JsonProperty
    public Path getBinDir() {
        return binDir.path();
    }

    /** PostgreSQL role that logs in over the Unix socket. */
    @JsonProperty
    public String getSuperuser() {
        return superuser.value();
    }

    /** Directory for the Unix sockets of instances that Drover makes, or null for one beside each data directory. */
    @JsonProperty
    public @Nullable Path getSocketDir() {
        return socketDir == null ? null : socketDir.path();
    }

    /** Below which a data directory has to lie that is adopted; empty for anywhere. */
    @JsonProperty
    public List<Path> getAdoptRoots() {
        return adoptRoots.stream().map(NodePath::path).toList();
    }

    /** Whether an adopted server that runs under a service manager is started through it; else the agent starts it itself. */
    @JsonProperty
    public boolean isServiceManagers() {
        return serviceManagers;
    }

    /** Passwords of Drover's PostgreSQL roles. */
    @JsonProperty
    public PasswordFiles getPasswordFiles() {
        return passwordFiles;
    }

    /** File with the bearer token that callers must show. */
    @JsonProperty
    public Path getTokenFile() {
        return tokenFile;
    }

    /** What is asked of connections between servers. */
    public static final class Postgres {
        @Valid
        private @Nullable PostgresTlsFactory tls;

        /** How they are protected; null when nothing is asked for. */
        @JsonProperty
        public @Nullable PostgresTlsFactory getTls() {
            return tls;
        }
    }

    /** Files that hold one password each, on their first line. */
    public static final class PasswordFiles {
        @NotNull
        private Path drover = Path.of("/etc/drover/drover.password");

        @NotNull
        private Path droverRepl = Path.of("/etc/drover/drover_repl.password");

        @NotNull
        private Path droverRewind = Path.of("/etc/drover/drover_rewind.password");

        /** Password of the controller's role {@code drover}. */
        @JsonProperty
        public Path getDrover() {
            return drover;
        }

        /** Password of {@code drover_repl}, for copies and streaming. */
        @JsonProperty
        public Path getDroverRepl() {
            return droverRepl;
        }

        /** Password of {@code drover_rewind}, used during a rewind only. */
        @JsonProperty
        public Path getDroverRewind() {
            return droverRewind;
        }
    }
}
