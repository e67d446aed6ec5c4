/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.Lsn;
import io.drover.api.NodeId;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.replication.RoleSetup.Passwords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Drover asks of a server, and what its roles may there, on real servers of the oldest and newest versions that it knows. */
class EveryVersionTest {
    private static final Passwords PASSWORDS = new Passwords("one", "two", "three");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String SLOT = "drover_test";
    private static final int HAS_READER = 14;
    private static final int OPEN_SCHEMA = 15;

    @TempDir
    Path directory;

    /** Preflight P39. */
    @ParameterizedTest
    @ValueSource(ints = {13, 14, 17})
    void theRolesHaveJustWhatTheyNeed(int version) throws Exception {
        try (OtherServer server = OtherServer.start(version, directory.resolve("data"));
                Connection superuser = server.superuser()) {
            RoleSetup.ensure(superuser, PASSWORDS);
            RoleSetup.ensure(superuser, PASSWORDS);
            assertThat(Sql.number(superuser, "SELECT current_setting('server_version_num')::int / 10000"))
                    .isEqualTo(version);
            assertThat(RoleSetup.check(superuser))
                    .isEqualTo(Map.of(RoleSetup.CONTROLLER, "", RoleSetup.REPLICATION, "", RoleSetup.REWIND, ""));
            assertThat(RoleRights.beyond(superuser)).isEmpty();

            Sql.execute(superuser, "ALTER ROLE drover CREATEDB");
            Sql.execute(superuser, "GRANT pg_signal_backend TO drover_repl");
            Sql.execute(superuser, "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO drover_rewind");
            Sql.execute(superuser, "ALTER ROLE drover_canary REPLICATION");
            assertThat(RoleRights.beyond(superuser))
                    .containsOnlyKeys(RoleSetup.CONTROLLER, RoleSetup.REPLICATION, RoleSetup.REWIND, RoleSetup.CANARY);
            Sql.execute(superuser, "REVOKE pg_monitor FROM drover");
            assertThat(RoleSetup.check(superuser))
                    .hasEntrySatisfying(
                            RoleSetup.CONTROLLER, lack -> assertThat(lack).contains("pg_monitor"));
        }
    }

    /** Of a standby that somebody has made with pg_basebackup -R. */
    @ParameterizedTest
    @ValueSource(ints = {13, 17})
    void thePasswordOfASettingThatIsPutBackIsNotInTheLog(int version) throws Exception {
        String before = "host=10.0.0.1 user=repl password=canary";
        try (OtherServer server = OtherServer.start(version, directory.resolve("data"));
                Connection superuser = server.superuser()) {
            Sql.execute(superuser, "ALTER SYSTEM SET log_statement = 'all'");
            Sql.execute(superuser, "ALTER SYSTEM SET log_min_duration_statement = 0");
            ServerSettings settings = new ServerSettings(superuser);
            settings.reload();
            assertThat(Waiting.until(
                            LIMIT,
                            POLL,
                            () -> Sql.text(superuser, "SHOW log_statement").equals("all")))
                    .isTrue();

            settings.restore(ManagedSetting.PRIMARY_CONNINFO, Optional.of(before));

            assertThat(settings.autoConfValue(ManagedSetting.PRIMARY_CONNINFO)).hasValue(before);
            assertThat(Sql.text(superuser, "SHOW log_statement")).isEqualTo("all");
            Sql.execute(superuser, "ALTER SYSTEM RESET archive_command");
            assertThat(Waiting.until(LIMIT, POLL, () -> read(server).contains("ALTER SYSTEM RESET archive_command")))
                    .isTrue();
            assertThat(read(server)).contains("duration: ").doesNotContain("canary");
        }
    }

    private static String read(OtherServer server) {
        try {
            return server.log();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 14, 17})
    void theRolesMayNothingElse(int version) throws Exception {
        try (OtherServer server = OtherServer.start(version, directory.resolve("data"));
                Connection superuser = server.superuser()) {
            RoleSetup.ensure(superuser, PASSWORDS);
            Sql.execute(superuser, "CREATE TABLE rows (secret text)");
            Sql.execute(superuser, "INSERT INTO rows VALUES ('of an application')");
            try (Connection drover = as(server, RoleSetup.CONTROLLER, PASSWORDS.drover())) {
                List.of(
                                "SELECT * FROM rows",
                                "DELETE FROM rows",
                                "SELECT * FROM pg_authid",
                                "ALTER SYSTEM SET work_mem = '5MB'",
                                "SELECT pg_reload_conf()",
                                "SELECT pg_promote(false)",
                                "SELECT pg_create_physical_replication_slot('mine')",
                                "SELECT pg_read_file('postgresql.conf')",
                                "CREATE ROLE another")
                        .forEach(sql -> refuses(drover, sql));
                if (version >= OPEN_SCHEMA) {
                    refuses(drover, "CREATE TABLE mine (id int)");
                }
            }
            try (Connection replication = as(server, RoleSetup.REPLICATION, PASSWORDS.replication())) {
                List.of("SELECT * FROM rows", "SELECT pg_read_binary_file('PG_VERSION')", "CREATE ROLE another")
                        .forEach(sql -> refuses(replication, sql));
            }
            assertThatThrownBy(() -> as(server, RoleSetup.REWIND, PASSWORDS.rewind()))
                    .isInstanceOf(DroverException.class)
                    .hasMessageContaining("not permitted to log in");
            RewindLogin.set(superuser, true, PASSWORDS.rewind());
            assertThat(RewindLogin.isAllowed(superuser)).isTrue();
            try (Connection rewind = as(server, RoleSetup.REWIND, PASSWORDS.rewind())) {
                assertThatCode(() -> Sql.execute(rewind, "SELECT pg_read_binary_file('PG_VERSION', 0, 2, false)"))
                        .doesNotThrowAnyException();
                List.of("SELECT * FROM rows", "SELECT pg_read_file('PG_VERSION')", "CREATE ROLE another")
                        .forEach(sql -> refuses(rewind, sql));
            }
            RewindLogin.set(superuser, false, PASSWORDS.rewind());
            assertThat(RewindLogin.isAllowed(superuser)).isFalse();
            try (Connection canary = as(server, RoleSetup.CANARY, PASSWORDS.canary())) {
                refuses(canary, "DELETE FROM rows");
                if (version >= HAS_READER) {
                    assertThat(Sql.text(canary, "SELECT secret FROM rows")).isEqualTo("of an application");
                } else {
                    refuses(canary, "SELECT secret FROM rows");
                }
            }
        }
    }

    /** Everything that a controller and an agent ask a running server, and a promotion. */
    @ParameterizedTest
    @ValueSource(ints = {13, 14, 17})
    void aStandbyTakesOver(int version) throws Exception {
        Path standbyDir = directory.resolve("standby");
        try (OtherServer made = OtherServer.start(version, directory.resolve("data"));
                Connection superuser = made.superuser()) {
            RoleSetup.ensure(superuser, PASSWORDS);
            Sql.execute(superuser, "CREATE TABLE rows (id int)");
        }
        copy(directory.resolve("data"), standbyDir);
        try (OtherServer primary = OtherServer.start(version, directory.resolve("data"));
                Connection source = primary.superuser()) {
            facts(source);
            Slots.create(
                    source,
                    () -> Connections.replication(
                            OtherServer.HOST,
                            primary.port(),
                            RoleSetup.REPLICATION,
                            PASSWORDS.replication(),
                            ServerTls.NONE),
                    SLOT);
            Files.writeString(
                    standbyDir.resolve("postgresql.auto.conf"),
                    "primary_conninfo = 'host=localhost port=%d user=drover_repl application_name=target'\nprimary_slot_name = '%s'\n"
                            .formatted(primary.port(), SLOT));
            Files.createFile(standbyDir.resolve("standby.signal"));
            try (OtherServer standby = OtherServer.start(version, standbyDir);
                    Connection target = standby.superuser()) {
                assertThat(Waiting.until(LIMIT, POLL, () -> Replay.streaming(target)))
                        .isTrue();
                watch(primary);
                facts(target);
                int timeline = Promotion.timeline(target);

                Sql.execute(source, "INSERT INTO rows VALUES (7)");
                AllowList spared = AllowList.compute(source, primary.postmaster(), SLOT, Set.of());
                assertThat(Arrays.stream(ProcessTable.children(primary.postmaster()))
                                .filter(pid -> !spared.spares(pid) && !isClient(source, pid))
                                .mapToObj(ProcessTable::title))
                        .as("processes of the server that a seal would end")
                        .isEmpty();
                WalTail.align(source, 4096);
                WalTail.warm(source);
                Lsn end = WalTail.switchAndBoundary(source);
                standStill(primary.postmaster(), spared);
                Replay.await(target, end, LIMIT);
                Promotion.warm(target);
                assertThat(Promotion.promote(target, timeline, end, LIMIT).timeline())
                        .isGreaterThan(timeline);
                assertThat(Sql.number(target, "SELECT id FROM rows")).isEqualTo(7);
                assertThat(ServerState.read(target).inRecovery()).isFalse();
            }
            SessionHold.release(primary.postmaster());
            Slots.drop(source, SLOT, LIMIT);
        }
    }

    /** Whatever the server writes by itself follows no end of its WAL. */
    private static void standStill(int postmaster, AllowList spared) {
        new LocalProcesses(postmaster).holdServerWriters(spared);
        assertThat(Waiting.until(LIMIT, POLL, () -> stopped(postmaster).size() == 4))
                .as("stopped: %s", stopped(postmaster))
                .isTrue();
        assertThat(stopped(postmaster))
                .allMatch(title -> Stream.of(
                                "checkpointer",
                                "background writer",
                                "autovacuum launcher",
                                "logical replication launcher")
                        .anyMatch(title.strip()::endsWith));
    }

    private static List<String> stopped(int postmaster) {
        return Arrays.stream(ProcessTable.children(postmaster))
                .filter(ProcessTable::cannotGoOn)
                .mapToObj(ProcessTable::title)
                .toList();
    }

    private static boolean isClient(Connection source, int pid) {
        return Sql.first(
                        source,
                        "SELECT 1 FROM pg_stat_activity WHERE backend_type IN ('client backend', 'autovacuum worker') AND pid = ?",
                        row -> 1,
                        pid)
                .isPresent();
    }

    /** What the preflight and the agents ask. */
    private static void facts(Connection connection) throws SQLException {
        for (String sql : List.of(
                FactsSql.SETTINGS,
                FactsSql.SENDERS,
                FactsSql.RECEIVER,
                FactsSql.TABLESPACE_BYTES,
                FactsSql.PREPARED,
                FactsSql.SUBSCRIPTIONS,
                FactsSql.TABLESPACES,
                FactsSql.CONFIG_ERRORS,
                FactsSql.ROLE_SETTINGS,
                FactsSql.AUTO_CONF,
                FactsSql.BASE_BACKUPS,
                FactsSql.LONG_TRANSACTIONS,
                FactsSql.BACKGROUND_WORKERS,
                FactsSql.ARCHIVER,
                FactsSql.CHECKSUM_FAILURES,
                FactsSql.SECONDS_SINCE_CHECKPOINT)) {
            assertThatCode(() -> Sql.list(connection, sql, row -> 1)).as(sql).doesNotThrowAnyException();
        }
        ServerState.read(connection);
        Promotion.timeline(connection);
        Slots.list(connection);
        Writers.count(connection);
        Guard.lacksItsStandby(connection);
        Guard.waitingCommits(connection);
        RewindReserve.needed(connection);
    }

    /** What a controller asks all the time, as its role. */
    private static void watch(OtherServer primary) {
        try (InstanceMonitors monitors = new InstanceMonitors(RoleSetup.CONTROLLER, PASSWORDS.drover())) {
            Endpoint endpoint = new Endpoint(new NodeId("node_a"), OtherServer.HOST, primary.port());
            monitors.checkLogin(endpoint, LocalServer.MAINTENANCE_DATABASE);
            try (InstanceMonitor monitor = monitors.open(endpoint, LocalServer.MAINTENANCE_DATABASE)) {
                assertThat(monitor.standby("target"))
                        .hasValueSatisfying(view -> assertThat(view.state()).isEqualTo("streaming"));
                assertThat(monitor.baseBackup()).isEmpty();
                assertThat(monitor.holdsWal(SLOT)).isTrue();
                assertThat(monitor.guardProbeWaits()).isFalse();
                assertThat(monitor.blockers()).isEmpty();
                assertThat(monitor.activity().sessions()).isPositive();
            }
        }
    }

    private static Connection as(OtherServer server, String role, String password) {
        return Connections.tcp(
                OtherServer.HOST, server.port(), LocalServer.MAINTENANCE_DATABASE, role, password, ServerTls.NONE);
    }

    private static void refuses(Connection connection, String sql) {
        assertThatThrownBy(() -> Sql.execute(connection, sql))
                .as(sql)
                .isInstanceOf(DroverException.class)
                .hasMessageMatching("(?s).*(permission denied|must be superuser|must be owner|must have).*");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path one, BasicFileAttributes attributes) throws IOException {
                Files.copy(one, to.resolve(from.relativize(one)), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path one, BasicFileAttributes attributes) throws IOException {
                Files.copy(one, to.resolve(from.relativize(one)), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
