/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.agent.Reports.StopMode;
import io.drover.testing.contract.ThreeNodes.Side;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Background workers of PostgreSQL that Drover knows, and such that it does not: with these the source is shut down in order. */
abstract class RealWorkers extends PostgresSteps {
    /** The worker of pg_prewarm gets another name of the same length in a copy of that library. */
    private static final String KNOWN = "autoprewarm w";

    private static final String UNKNOWN = "cachekeeper w";

    @Override
    abstract RealNodes open();

    private void set(String name, String value) {
        ((RealNodes) nodes).tell(Side.ONE, "ALTER SYSTEM SET " + name + " = '" + value + "'");
    }

    private void restart() {
        server(Side.ONE).stop(StopMode.FAST, LIMIT);
        server(Side.ONE).start(LIMIT);
    }

    private List<String> ask(String sql) {
        List<String> values = new ArrayList<>();
        try (Connection session = ((RealNodes) nodes).connect(Side.ONE);
                Statement statement = session.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitWaiting(String worker) {
        awaitFact(() -> ask("SELECT backend_type FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                .equals(List.of(worker)));
    }

    private List<String> unknown() {
        return server(Side.ONE).facts(List.of(), Set.of()).backgroundWorkers();
    }

    @Test
    final void aWorkerThatNobodyKnowsIsNamedAndAKnownOneIsNot() throws IOException {
        set("max_prepared_transactions", "4");
        set("shared_preload_libraries", "pg_prewarm");
        restart();
        commit(Side.ONE, "one");
        // the worker begins with each start, and stays for as long as it may not read this table
        RealNodes real = (RealNodes) nodes;
        real.tell(Side.ONE, "BEGIN; LOCK TABLE operations; PREPARE TRANSACTION 'holds'");
        restart();
        awaitWaiting(KNOWN + "orker");
        assertThat(unknown()).isEmpty();

        set("dynamic_library_path", renamed() + ":$libdir");
        restart();
        awaitWaiting(UNKNOWN + "orker");
        assertThat(unknown()).containsExactly(UNKNOWN + "orker");

        real.tell(Side.ONE, "ROLLBACK PREPARED 'holds'");
        awaitFact(() -> unknown().isEmpty());
    }

    /** A directory with the copy. */
    private Path renamed() throws IOException {
        Path installed = Path.of(
                ask("SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'").get(0));
        // every byte is one character of this
        String library = Files.readString(installed.resolve("pg_prewarm.so"), StandardCharsets.ISO_8859_1);
        assertThat(library).contains(KNOWN);
        Path directory = ((RealNodes) nodes).root().resolve("libraries");
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("pg_prewarm.so"), library.replace(KNOWN, UNKNOWN), StandardCharsets.ISO_8859_1);
        return directory;
    }
}
