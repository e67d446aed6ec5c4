/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.NodeId;
import io.drover.replication.AutoConf;
import io.drover.replication.ConnectionString;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PassFile;
import io.drover.replication.Quoting;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.fake.HostileText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What Drover quotes PostgreSQL and libpq read as it was meant: hostile values against the programs themselves. */
class QuotingIT {
    private static final int NAME_BYTES = 63;
    private static final List<String> DATABASES =
            List.of("Kunden-Daten_2.alt", "1st", "\u6570\u636e", "\u05d3\u05d1", "select");

    private static LocalCluster cluster;
    private static Connection connection;
    private static NodeId primary;

    @BeforeContainer
    static void open() throws SQLException {
        cluster = SharedCluster.get();
        connection = cluster.connectToPrimary();
        primary = cluster.rest().shard(LocalCluster.SHARD).primary().node();
    }

    @AfterContainer
    static void close() throws SQLException {
        connection.close();
        SharedCluster.discard();
    }

    @Provide
    Arbitrary<String> hostile() {
        return HostileText.any();
    }

    /** A text of PostgreSQL's: it has no zero byte, and UTF-8 has no half of a character. */
    private static boolean isText(String value) {
        return value.indexOf('\0') < 0
                && new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).equals(value)
                && value.length() < 10_000;
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void aLiteralIsReadAsItWasMeant(@ForAll("hostile") String value) throws SQLException {
        if (!isText(value)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String setting : List.of("on", "off")) {
                statement.execute("set standard_conforming_strings = " + setting);
                try (ResultSet row = statement.executeQuery("select " + Quoting.literal(value) + ", 'end'")) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getString(1)).isEqualTo(value);
                    assertThat(row.getString(2)).isEqualTo("end");
                }
            }
        }
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void anIdentifierIsTheOneThatQuoteIdentMakes(@ForAll("hostile") String value) throws SQLException {
        Assume.that(isText(value) && !value.isEmpty() && value.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES);
        String quoted = Quoting.identifier(value);
        try (PreparedStatement statement = connection.prepareStatement(
                "select parse_ident(?) = array[?::text], parse_ident(quote_ident(?)) = parse_ident(?)")) {
            statement.setString(1, quoted);
            statement.setString(2, value);
            statement.setString(3, value);
            statement.setString(4, quoted);
            try (ResultSet row = statement.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getBoolean(1)).as(quoted).isTrue();
                assertThat(row.getBoolean(2)).as(quoted).isTrue();
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            try (ResultSet row = statement.executeQuery("select 1 as " + quoted)) {
                assertThat(row.getMetaData().getColumnLabel(1)).isEqualTo(value);
            }
        }
    }

    /** Of what the types take, libpq makes the same of the string; also with a password that needs every escape in its file. */
    @Example
    void libpqReadsTheConnectionString() throws IOException {
        String node = cluster.node(primary).host();
        Path passFile = cluster.directory().resolve("tmp/pass file");
        cluster.psql(primary).run("postgres", "create role quoting login");
        for (String name : DATABASES) {
            String database = new DatabaseName(name).value();
            cluster.psql(primary).run("postgres", "create database " + Quoting.identifier(database));
        }
        List<String> passwords = HostileText.SAMPLES.stream()
                .filter(sample -> isText(sample) && !sample.isBlank() && sample.length() < 200)
                .filter(sample -> sample.chars().noneMatch(each -> each == '\n' || each == '\r'))
                .toList();
        assertThat(passwords).hasSizeGreaterThan(25);
        for (int i = 0; i < passwords.size(); i++) {
            String password = passwords.get(i);
            String database = DATABASES.get(i % DATABASES.size());
            cluster.psql(primary).run("postgres", "alter role quoting password " + Quoting.literal(password));
            Files.writeString(passFile, PassFile.line("quoting", password));
            cluster.osUser().own(passFile, "rw-------");
            String connection = ConnectionString.of(Map.of(
                    "host",
                    node,
                    "port",
                    Integer.toString(cluster.shardPort()),
                    "user",
                    "quoting",
                    "dbname",
                    database,
                    "application_name",
                    "15/main.@:+-" + i,
                    "passfile",
                    passFile.toString(),
                    "connect_timeout",
                    "5"));

            Command.Result result = Command.run(cluster.osUser()
                    .command(List.of(
                            "env",
                            "LC_ALL=C.UTF-8",
                            "PGCLIENTENCODING=UTF8",
                            "psql",
                            "-XAtw",
                            "-d",
                            connection,
                            "-c",
                            "select current_user, current_database(), current_setting('application_name')")));

            assertThat(result.output().strip())
                    .as("%s with password %s", connection, password)
                    .isEqualTo("quoting|" + database + "|15/main.@:+-" + i);
        }
    }

    /** What stood in a file of settings is put back; the server itself reads it as it was. */
    @Example
    void theServerReadsASettingThatIsPutBack() throws IOException {
        Path data = cluster.dataDirectory(primary);
        Path file = data.resolve("postgresql.auto.conf");
        String before = Files.readString(file);
        int read = 0;
        try {
            for (String value : HostileText.SAMPLES) {
                if (!isText(value)) {
                    continue;
                }
                try {
                    AutoConf.read(data)
                            .restore(ManagedSetting.RESTORE_COMMAND, value)
                            .write(data);
                } catch (DroverException e) {
                    assertThat(value).containsPattern("[\\r\\n]");
                    continue;
                }
                cluster.osUser().own(file, "rw-------");
                String shown = cluster.psql(primary)
                        .run(
                                "postgres",
                                "select encode(convert_to(setting, 'UTF8'), 'hex') from pg_file_settings"
                                        + " where name = 'restore_command' and sourcefile like '%/postgresql.auto.conf'");
                assertThat(shown).isEqualTo(hex(value));
                read++;
            }
        } finally {
            Files.writeString(file, before);
            cluster.osUser().own(file, "rw-------");
        }
        assertThat(read).isGreaterThan(25);
    }

    private static String hex(String value) {
        return HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8));
    }
}
