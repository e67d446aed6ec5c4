/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * Opens connections. Limits are always set: a connection that waits for ever would outlive every limit of a step. Values go
 * through setters, never into an URL, so that no value can smuggle in a parameter.
 */
public final class Connections {
    /** How a session of Drover shows in pg_stat_activity. */
    public static final String APPLICATION_NAME = "drover";

    /** How long a statement's answer may take unless the caller says otherwise. */
    public static final Duration DEFAULT_SOCKET_TIMEOUT = Duration.ofSeconds(30);

    private static final int CONNECT_SECONDS = 3;
    private static final int LOGIN_SECONDS = 5;

    private Connections() {}

    /** As the operating system user, who is PostgreSQL's superuser, over the Unix socket (peer authentication). */
    public static Connection local(Path socketDir, int port, String database) {
        return local(socketDir, port, database, APPLICATION_NAME, DEFAULT_SOCKET_TIMEOUT);
    }

    /** The same with its own name and its own limit for a statement's answer. */
    public static Connection local(
            Path socketDir, int port, String database, String applicationName, Duration socketTimeout) {
        PGSimpleDataSource source = base(database, applicationName, socketTimeout);
        source.setUser(osUser());
        return socket(source, socketDir, port, "the instance at " + socketDir + " port " + port);
    }

    /** As another role over the Unix socket, with its password. */
    static Connection local(
            Path socketDir, int port, String database, String user, String password, Duration socketTimeout) {
        PGSimpleDataSource source = base(database, APPLICATION_NAME, socketTimeout);
        source.setUser(user);
        source.setPassword(password);
        return socket(source, socketDir, port, "the instance at " + socketDir + " port " + port + " as " + user);
    }

    private static Connection socket(PGSimpleDataSource source, Path socketDir, int port, String where) {
        source.setServerNames(new String[] {"localhost"});
        source.setPortNumbers(new int[] {port});
        source.setSocketFactory("org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg");
        source.setSocketFactoryArg(socketDir.resolve(".s.PGSQL." + port).toString());
        source.setSslMode("disable");
        return open(source, where);
    }

    /** With a password over TCP, which the server asks for as SCRAM. */
    public static Connection tcp(String host, int port, String database, String user, String password, ServerTls tls) {
        return tcp(host, port, database, user, password, tls, DEFAULT_SOCKET_TIMEOUT);
    }

    /** The same with its own limit for a statement's answer. */
    public static Connection tcp(
            String host,
            int port,
            String database,
            String user,
            String password,
            ServerTls tls,
            Duration socketTimeout) {
        PGSimpleDataSource source = base(database, APPLICATION_NAME, socketTimeout);
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setUser(user);
        source.setPassword(password);
        source.setTcpKeepAlive(true);
        tls.protect(source);
        return open(source, "PostgreSQL at " + host + ":" + port + " as " + user);
    }

    /**
     * A physical replication connection over TCP. Only replication commands work on it.
     *
     * @throws DroverException POSTGRES_UNREACHABLE when the server refuses or is not there
     */
    public static Connection replication(String host, int port, String user, String password, ServerTls tls) {
        PGSimpleDataSource source = base("replication", APPLICATION_NAME, DEFAULT_SOCKET_TIMEOUT);
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setUser(user);
        source.setPassword(password);
        tls.protect(source);
        source.setReplication("true");
        source.setAssumeMinServerVersion("12");
        source.setPreferQueryMode(PreferQueryMode.SIMPLE);
        return open(source, "PostgreSQL at " + host + ":" + port + " for replication as " + user);
    }

    /** Name of the operating system user that this process runs as. */
    public static String osUser() {
        return System.getProperty("user.name");
    }

    private static PGSimpleDataSource base(String database, String applicationName, Duration socketTimeout) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setDatabaseName(database);
        source.setApplicationName(applicationName);
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(LOGIN_SECONDS);
        source.setSocketTimeout((int) Math.max(1, socketTimeout.toSeconds()));
        source.setPrepareThreshold(1);
        source.setGssEncMode("disable");
        return source;
    }

    private static String ofTls(PGSimpleDataSource source) {
        return source.getSslRootCert() == null
                ? ""
                : "; that ssl is on there, and its certificate names this host and comes from a CA in "
                        + source.getSslRootCert();
    }

    private static Connection open(PGSimpleDataSource source, String where) {
        try {
            return source.getConnection();
        } catch (SQLException e) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE,
                    "no connection to " + where + ": " + e.getMessage(),
                    "check that it runs and lets this user in, and that the password file is the right one"
                            + ofTls(source),
                    e);
        }
    }
}
