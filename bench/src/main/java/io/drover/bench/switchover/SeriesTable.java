/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.MultiHostClient;
import io.drover.bench.WriteClient;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every series that there is. A new one is a line here. */
final class SeriesTable {
    private static final String KIT = "kit";
    private static final String MULTI_HOST = "multi-host";

    /** In the order of the report. */
    static final List<Series> ALL = List.of(
            drover("sealed-kit", "sealed", KIT, KitClient::new),
            drover("strict-kit", "strict", KIT, KitClient::new),
            drover("clean-stop-kit", "clean-stop", KIT, KitClient::new),
            drover("sealed-multi-host", "sealed", MULTI_HOST, SeriesTable::multiHost),
            drover("strict-multi-host", "strict", MULTI_HOST, SeriesTable::multiHost),
            drover("sealed-pgbouncer", "sealed", "pgbouncer", PoolerClient::new),
            new Series(
                    "sealed-pgbench",
                    Series.DROVER,
                    "pgbench, pgbouncer",
                    "sealed",
                    PgbenchLoad.CLIENTS,
                    ground -> new DroverTurn(ground, "sealed", () -> PgbenchLoad.start(ground))),
            new Series("hand-kit", "by-hand", KIT, "pg_promote", 0, HandTurn::withKit),
            new Series("hand-pool", "by-hand", "pool", "pg_promote", 0, HandTurn::withPool));

    /** Those that are measured when nobody names any. */
    static final List<String> USUAL = List.of("sealed-kit", "strict-kit", "sealed-multi-host", "hand-kit", "hand-pool");

    private SeriesTable() {}

    /**
     * Those of these names, in the order of the table.
     *
     * @throws IllegalArgumentException when there is none of a name; names all that there are
     */
    static List<Series> named(List<String> keys) {
        for (String key : keys) {
            if (ALL.stream().noneMatch(series -> series.key().equals(key))) {
                throw new IllegalArgumentException("there is no series '" + key + "', only "
                        + ALL.stream().map(Series::key).collect(Collectors.joining(", ")));
            }
        }
        return ALL.stream().filter(series -> keys.contains(series.key())).toList();
    }

    private static Series drover(String key, String mode, String client, Function<Ground, WriteClient> clients) {
        return new Series(
                key,
                Series.DROVER,
                client,
                mode,
                0,
                ground -> new DroverTurn(ground, mode, () -> ground.start(clients.apply(ground))));
    }

    private static WriteClient multiHost(Ground ground) {
        return new MultiHostClient(ground.cluster(), ground.connections(), ground.idle());
    }
}
