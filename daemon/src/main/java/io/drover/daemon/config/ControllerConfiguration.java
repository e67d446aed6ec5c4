/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.core.Configuration;
import io.dropwizard.validation.ValidationMethod;
import io.drover.api.BaseUrl;
import io.drover.api.NodePath;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The controller's configuration file.
 *
 * <pre>
 * id: c1                                    # this controller's id
 * rest: http://10.0.0.1:8080                # where the other controllers reach this one's REST interface
 * zookeeper:
 *   connect: 127.0.0.1:2181/drover          # servers and chroot
 *   sessionTimeout: 6s                      # and tls, access: see ZooKeeperFactory
 * tokenFile: /etc/drover/token              # the bearer token that callers of REST must show
 * agentTokenFile: /etc/drover/token         # optional: the bearer token that agents ask for; else tokenFile
 * accessFile: /etc/drover/access.yml        # optional: callers with their roles; then tokenFile lets nobody in
 * approvals: anyone                         # or second-person: not by who has started the move
 * fencesPerHour: 20                         # optional: how often one shard may be fenced in an hour
 * audit:                                    # optional: records every request that changes something
 *   file: /var/log/drover/audit.log
 * adminBeyondLoopback: false                # whether an admin connector may listen on another address than loopback
 * postgres:
 *   user: drover                            # reads views on every instance; LOGIN and pg_monitor
 *   passwordFile: /etc/drover/drover.password
 *   tls: {ca: /etc/drover/tls/ca.crt}       # optional: sslmode=verify-full
 * tls:                                      # optional: see TlsFactory; then connectors are of type tls
 *   certificate: /etc/drover/tls/controller.crt
 *   key: /etc/drover/tls/controller.key
 *   ca: /etc/drover/tls/ca.crt
 * server:                                   # Dropwizard's own section; these values keep the heap small
 *   minThreads: 4
 *   maxThreads: 32
 *   applicationConnectors: [{type: http, port: 8080, acceptorThreads: 1, selectorThreads: 1}]
 *   adminConnectors: [{type: http, port: 8081, acceptorThreads: 1, selectorThreads: 1}]
 *   requestLog: {appenders: []}
 * </pre>
 *
 * <p>The REST interface lies under the server's root path. Secrets stand in files of their own, never here.
 */
public final class ControllerConfiguration extends Configuration {
    @NotEmpty
    @Pattern(regexp = "[a-z0-9_-]{1,63}")
    private String id = "";

    private @Nullable BaseUrl rest;

    @Valid
    @NotNull
    private ZooKeeperFactory zookeeper = new ZooKeeperFactory();

    @NotNull
    private Path tokenFile = Path.of("/etc/drover/token");

    private @Nullable Path agentTokenFile;

    private @Nullable NodePath accessFile;

    @NotNull
    private Approvals approvals = Approvals.ANYONE;

    @Min(1)
    private @Nullable Integer fencesPerHour;

    @Valid
    private @Nullable AuditFactory audit;

    @Valid
    @NotNull
    private PostgresFactory postgres = new PostgresFactory();

    @Valid
    private @Nullable TlsFactory tls;

    private boolean adminBeyondLoopback;

    /** Whether the admin port may listen where others than this machine reach it. Default false. */
    @JsonProperty
    public boolean isAdminBeyondLoopback() {
        return adminBeyondLoopback;
    }

    @JsonIgnore
    @ValidationMethod(message = "rest must not be null")
    public boolean isRestNamed() {
        return rest != null;
    }

    @JsonIgnore
    @ValidationMethod(
            message = "approvals: second-person needs an accessFile: with one token nobody can tell two persons apart")
    public boolean isPersonsKnown() {
        return approvals == Approvals.ANYONE || accessFile != null;
    }

    @JsonIgnore
    @ValidationMethod(message = AdminPort.REFUSAL)
    public boolean isAdminOnLoopback() {
        return adminBeyondLoopback || AdminPort.isLocal(getServerFactory());
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
        return rest == null || Connectors.fits(rest.value(), tls != null);
    }

    /** This daemon's certificate and key, and the CA that it trusts; null without TLS. */
    @JsonProperty
    public @Nullable TlsFactory getTls() {
        return tls;
    }

    /** Requests are forwarded to the paths that they were sent to. */
    @JsonIgnore
    @ValidationMethod(message = "rest must be a base address without a path")
    public boolean isRestWithoutPath() {
        return rest == null || rest.value().indexOf('/', rest.value().indexOf("//") + 2) < 0;
    }

    /** Id of this controller: tells it from the others in the leader's record and in logs. */
    @JsonProperty
    public String getId() {
        return id;
    }

    /** Base address at which the other controllers reach this one's REST interface; they forward to it while it leads. */
    @JsonProperty
    public String getRest() {
        return requireNonNull(rest, "rest is null").value();
    }

    /** How ZooKeeper is reached. */
    @JsonProperty
    public ZooKeeperFactory getZookeeper() {
        return zookeeper;
    }

    /** File whose first line is the bearer token that callers of REST must show. Default {@code /etc/drover/token}. */
    @JsonProperty
    public Path getTokenFile() {
        return tokenFile;
    }

    /** File whose first line is the bearer token that agents ask for. Default: the same as {@code tokenFile}. */
    @JsonProperty
    public Path getAgentTokenFile() {
        return agentTokenFile == null ? tokenFile : agentTokenFile;
    }

    /** File that lists callers with their roles; without it whoever shows the token of {@code tokenFile} may do everything. */
    @JsonProperty
    public @Nullable Path getAccessFile() {
        return accessFile == null ? null : accessFile.path();
    }

    /** Who may approve a cutover, among those who have the role. Default {@code anyone}. */
    @JsonProperty
    public Approvals getApprovals() {
        return approvals;
    }

    /** How often one shard may be fenced in an hour; null for no limit. */
    @JsonProperty
    public @Nullable Integer getFencesPerHour() {
        return fencesPerHour;
    }

    /** Where every request that changes something is recorded; null when it is not. */
    @JsonProperty
    public @Nullable AuditFactory getAudit() {
        return audit;
    }

    /** How the controller logs in to instances. */
    @JsonProperty
    public PostgresFactory getPostgres() {
        return postgres;
    }
}
