/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.logging.common.DefaultLoggingFactory;
import io.dropwizard.logging.common.LoggingFactory;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.ValidationMethod;
import io.drover.api.NodePath;
import io.drover.api.RoleName;
import io.drover.api.ShardId;
import io.drover.daemon.config.SecretFile;
import io.drover.daemon.config.ZooKeeperFactory;
import io.drover.replication.PasswordLogins;
import io.drover.replication.PgBouncerConsole;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PoolerLogins;
import io.drover.topology.PoolerGroup;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The adapter's configuration file.
 *
 * <pre>
 * name: edge-1                              # this adapter's name, another for each
 * zookeeper:
 *   connect: 127.0.0.1:2181/drover          # servers and chroot
 *   sessionTimeout: 6s
 * ini: /etc/pgbouncer/pgbouncer.ini         # PgBouncer's configuration; only read
 * include: /etc/pgbouncer/drover.ini        # what it includes, and the adapter writes
 * databases:
 *   - {name: app, shard: shard_01, options: "pool_size=20"}
 * consoles:                                 # one for each PgBouncer process; ini when it has one of its own
 *   - {host: /var/run/postgresql, port: 6432}
 * group: {name: edge, least: 2}             # optional: a move wants 2 of the adapters of group edge; else this one alone
 * admin:                                    # one of admin_users
 *   user: drover_pooler
 *   passwordFile: /etc/drover/pgbouncer.password
 * login:                                    # the application's role, to try the servers with
 *   user: app
 *   passwordFile: /etc/drover/app.password
 * psql: /usr/bin/psql
 * logging: {level: INFO}                    # Dropwizard's section
 * killAfter: 5s                             # clients that hang on a server which is gone are ended after it
 * </pre>
 */
public final class PgBouncerConfiguration {
    private static final int GROUP_VERSION = 1;
    private static final String WORD = "[A-Za-z0-9_.-]{1,63}";

    @NotEmpty
    @Pattern(regexp = WORD)
    private String name = "";

    @Valid
    @NotNull
    private ZooKeeperFactory zookeeper = new ZooKeeperFactory();

    @NotNull
    private NodePath ini = new NodePath("/etc/pgbouncer/pgbouncer.ini");

    @NotNull
    private NodePath include = new NodePath("/etc/pgbouncer/drover.ini");

    @Valid
    @NotEmpty
    private List<Database> databases = List.of();

    @Valid
    @NotEmpty
    private List<Console> consoles = List.of();

    @Valid
    @NotNull
    private Group group = new Group();

    @Valid
    @NotNull
    private Account admin = new Account();

    @Valid
    @NotNull
    private Account login = new Account();

    @NotNull
    private NodePath psql = new NodePath("/usr/bin/psql");

    @NotNull
    private Duration killAfter = Duration.seconds(5);

    @Valid
    @NotNull
    private LoggingFactory logging = new DefaultLoggingFactory();

    /** This adapter's name; no two of an installation have the same. */
    @JsonProperty
    public String getName() {
        return name;
    }

    /** ZooKeeper's servers and chroot. */
    @JsonProperty
    public ZooKeeperFactory getZookeeper() {
        return zookeeper;
    }

    /** PgBouncer's configuration. It is only read. Default {@code /etc/pgbouncer/pgbouncer.ini}. */
    @JsonProperty
    public Path getIni() {
        return ini.path();
    }

    /** The file that the adapter writes and PgBouncer includes. Default {@code /etc/pgbouncer/drover.ini}. */
    @JsonProperty
    public Path getInclude() {
        return include.path();
    }

    /** The databases of PgBouncer that lie in shards. */
    @JsonProperty
    public List<Database> getDatabases() {
        return databases;
    }

    /** The consoles, one for each PgBouncer process. */
    @JsonProperty
    public List<Console> getConsoles() {
        return consoles;
    }

    /** The poolers that clients may use as well as this one. */
    @JsonProperty
    public Group getGroup() {
        return group;
    }

    /** One of PgBouncer's {@code admin_users}. */
    @JsonProperty
    public Account getAdmin() {
        return admin;
    }

    /** A role of the servers, best the application's own. */
    @JsonProperty
    public Account getLogin() {
        return login;
    }

    /** The program psql. Default {@code /usr/bin/psql}. */
    @JsonProperty
    public Path getPsql() {
        return psql.path();
    }

    /** How long clients may hang on a server that is not theirs any more. Default 5 s. */
    @JsonProperty
    public Duration getKillAfter() {
        return killAfter;
    }

    /** Dropwizard's section for levels and places of the log. */
    @JsonProperty
    public LoggingFactory getLogging() {
        return logging;
    }

    /** Whether each database and each console stands there once. */
    @ValidationMethod(message = "databases and consoles must not name one twice")
    public boolean isWithoutRepetition() {
        return databases.stream().map(Database::getName).distinct().count() == databases.size()
                && consoles.stream().map(Console::place).distinct().count() == consoles.size();
    }

    PoolerSettings settings() {
        return new PoolerSettings(
                name,
                new PoolerGroup(GROUP_VERSION, group.name == null ? name : group.name, group.least),
                include.path(),
                databases.stream()
                        .map(database -> new PoolerSettings.Database(
                                database.name, new ShardId(database.shard), database.options.strip()))
                        .toList(),
                consoles.stream()
                        .map(console -> new PoolerSettings.Pooler(
                                console.place(), (console.ini == null ? ini : console.ini).path()))
                        .toList(),
                admin.getUser(),
                killAfter.toJavaDuration());
    }

    Poolers poolers() {
        return new ConsolePoolers(
                new PgBouncerConsole.Login(psql.path(), admin.getUser(), SecretFile.read(admin.passwordFile)));
    }

    PoolerLogins logins() {
        return new PasswordLogins(login.getUser(), SecretFile.read(login.passwordFile));
    }

    /** A database of PgBouncer's with its shard. */
    public static final class Database {
        @NotEmpty
        @Pattern(regexp = WORD)
        private String name = "";

        @NotEmpty
        @Pattern(regexp = "[a-z0-9_]{1,63}")
        private String shard = "";

        @NotNull
        @Pattern(
                regexp = "(?!.*(?:^|\\s)(?:host|port|dbname|password)\\s*=)[^\\p{Cntrl};#%\\[]*",
                message = "must be one line of parameters, without host, port, dbname and password")
        private String options = "";

        /** Its name in PgBouncer. */
        @JsonProperty
        public String getName() {
            return name;
        }

        /** The shard that it lies in. */
        @JsonProperty
        public String getShard() {
            return shard;
        }

        /** More of PgBouncer's parameters for it, such as {@code pool_size=20}. */
        @JsonProperty
        public String getOptions() {
            return options;
        }
    }

    /** Poolers behind one load balancer, say; a move wants so many of their adapters to take part. */
    public static final class Group {
        private @Nullable String name;

        @Min(0)
        private int least = 1;

        /** The same for all of them; by default the adapter's own, which is then alone in it. */
        @JsonProperty
        @Pattern(regexp = WORD)
        public @Nullable String getName() {
            return name;
        }

        /** How many of them have to take part in a move, or it does not begin its pause. Default 1. */
        @JsonProperty
        public int getLeast() {
            return least;
        }
    }

    /** Where a PgBouncer process is reached. */
    public static final class Console {
        @NotEmpty
        @Pattern(regexp = "/[A-Za-z0-9_.@:~+/-]*|[A-Za-z0-9_:][A-Za-z0-9_.:-]*")
        private String host = "/var/run/postgresql";

        @Min(1)
        @Max(65_535)
        private int port = 6432;

        private @Nullable NodePath ini;

        /** A host, or the directory of its Unix socket. Default {@code /var/run/postgresql}. */
        @JsonProperty
        public String getHost() {
            return host;
        }

        /** Its port. Default 6432. */
        @JsonProperty
        public int getPort() {
            return port;
        }

        /** Its configuration when it has one of its own. */
        @JsonProperty
        public @Nullable String getIni() {
            return ini == null ? null : ini.value();
        }

        PgBouncerPlace place() {
            return new PgBouncerPlace(host, port);
        }
    }

    /** A user with the file that holds the password on its first line. */
    public static final class Account {
        private @Nullable RoleName user;

        @NotNull
        private Path passwordFile = Path.of("/etc/drover/pgbouncer.password");

        @JsonIgnore
        @ValidationMethod(message = "user must not be null")
        public boolean isUserNamed() {
            return user != null;
        }

        /** The user's name. */
        @JsonProperty
        public String getUser() {
            return requireNonNull(user, "user is null").value();
        }

        /** The file with the password on its first line. */
        @JsonProperty
        public Path getPasswordFile() {
            return passwordFile;
        }
    }
}
