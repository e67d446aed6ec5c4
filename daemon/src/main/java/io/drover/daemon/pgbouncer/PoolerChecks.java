/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.daemon.pgbouncer.PoolerSettings.Pooler;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncer.Database;
import io.drover.replication.PgBouncer.Link;
import io.drover.replication.PgBouncer.Pools;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PoolerLogins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The adapter's preflight: what would be in the way inside of a pause is named before it. Changes nothing. */
final class PoolerChecks {
    /** A login that fails in the pause keeps everybody out for so long. */
    private static final double LONGEST_LOGIN_RETRY = 1.0;
    /** Longer than any pause; 0 is for ever. */
    private static final double SHORTEST_QUERY_WAIT = 10.0;

    private static final int LEAST_MAJOR = 1;
    private static final int LEAST_MINOR = 18;

    private final PoolerSettings settings;
    private final Poolers poolers;
    private final PoolerLogins logins;

    PoolerChecks(PoolerSettings settings, Poolers poolers, PoolerLogins logins) {
        this.settings = settings;
        this.poolers = poolers;
        this.logins = logins;
    }

    /** What can be said of the files alone. */
    List<PoolerFinding> ofFiles() {
        List<PoolerFinding> findings = new ArrayList<>();
        settings.processes().stream().map(Pooler::ini).distinct().forEach(ini -> findings.addAll(ofFile(ini)));
        return findings;
    }

    private List<PoolerFinding> ofFile(Path ini) {
        List<PoolerFinding> findings = new ArrayList<>();
        try {
            IniFile read = IniFile.read(ini);
            Path include = IniFile.real(settings.include());
            if (!read.files().contains(include)) {
                findings.add(new PoolerFinding(
                        "B1",
                        true,
                        ini + " does not include " + settings.include()
                                + ": PgBouncer would go on to the old primary after a move",
                        "write '%include " + settings.include() + "' below [databases] in " + ini));
            }
            for (PoolerSettings.Database database : settings.databases()) {
                read.databases().stream()
                        .filter(found -> found.name().equals(database.name())
                                && !found.file().equals(include))
                        .forEach(found -> findings.add(new PoolerFinding(
                                "B2",
                                true,
                                "database " + database.name() + " is also defined in " + found.file()
                                        + ": it would not be the adapter who says where it lies",
                                "take the line out there; whoever manages that file must not write it again")));
            }
        } catch (UncheckedIOException | IOException e) {
            findings.add(new PoolerFinding(
                    "B1",
                    true,
                    ini + " cannot be read: " + e.getMessage(),
                    "correct the path of ini, and let the adapter's user read it and what it includes"));
        }
        return findings;
    }

    /**
     * Everything that can be found.
     *
     * @param known the databases whose shards are known
     */
    List<PoolerFinding> all(List<Known> known) {
        List<PoolerFinding> findings = new ArrayList<>(ofFiles());
        settings.processes().forEach(process -> findings.addAll(ofProcess(process, known)));
        known.forEach(database -> findings.addAll(ofServers(database.topology())));
        return findings;
    }

    /**
     * A database with its shard, which has to serve.
     *
     * @param pauseIsOurs whether a pause that is found may be the adapter's own
     */
    record Known(String database, ShardTopology topology, boolean pauseIsOurs) {}

    /** What one process says. */
    List<PoolerFinding> ofProcess(Pooler pooler, List<Known> known) {
        List<PoolerFinding> findings = new ArrayList<>();
        PgBouncerPlace place = pooler.place();
        try (PgBouncer pgbouncer = poolers.open(place)) {
            findings.addAll(ofConsole(pooler, pgbouncer));
            for (Known database : known) {
                pgbouncer
                        .database(database.database())
                        .ifPresent(found -> findings.addAll(ofPools(place, pgbouncer, database, found)));
            }
        } catch (DroverException e) {
            boolean refused = e.code() == ErrorCode.POSTGRES_FAILED;
            findings.add(new PoolerFinding(
                    refused ? "B4" : "B3", true, e.getMessage(), e.hint().orElse("look at PgBouncer's log")));
        }
        return findings;
    }

    private List<PoolerFinding> ofConsole(Pooler pooler, PgBouncer pgbouncer) {
        PgBouncerPlace place = pooler.place();
        List<PoolerFinding> findings = new ArrayList<>();
        if (!pgbouncer.mayAdminister()) {
            findings.add(new PoolerFinding(
                    "B4",
                    true,
                    settings.user() + " may look at " + place + " and not pause it",
                    "name it in admin_users"));
        }
        String version = pgbouncer.version();
        if (!isKnown(version)) {
            findings.add(new PoolerFinding(
                    "B5",
                    true,
                    place + " is PgBouncer " + version + ", which this version does not know",
                    "use 1.18 or newer"));
        }
        Map<String, String> values = pgbouncer.settings();
        findings.addAll(ofSettings(place, values));
        ownFile(pooler, values.getOrDefault("conffile", "")).ifPresent(findings::add);
        for (PoolerSettings.Database database : settings.databases()) {
            Optional<Database> found = pgbouncer.database(database.name());
            if (found.isEmpty()) {
                findings.add(new PoolerFinding(
                        "B1",
                        true,
                        place + " knows no database " + database.name(),
                        "include the adapter's file in its ini, and let the adapter run: it writes that file"));
            } else if (found.orElseThrow().disabled()) {
                findings.add(new PoolerFinding(
                        "B8", true, place + " has " + database.name() + " disabled", "ENABLE " + database.name()));
            }
        }
        return findings;
    }

    /** A relative path would be relative to a directory that only the process knows. */
    private static Optional<PoolerFinding> ownFile(Pooler pooler, String conffile) {
        try {
            if (!conffile.startsWith("/") || IniFile.real(Path.of(conffile)).equals(IniFile.real(pooler.ini()))) {
                return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(new PoolerFinding(
                "B2",
                true,
                pooler.place() + " runs on " + conffile + ", not on " + pooler.ini(),
                "name that file as the console's ini"));
    }

    private static boolean isKnown(String version) {
        String[] parts = version.split("[^0-9]+", -1);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            return false;
        }
        int major = Integer.parseInt(parts[0]);
        return major > LEAST_MAJOR || (major == LEAST_MAJOR && Integer.parseInt(parts[1]) >= LEAST_MINOR);
    }

    private static List<PoolerFinding> ofSettings(PgBouncerPlace place, Map<String, String> values) {
        List<PoolerFinding> findings = new ArrayList<>();
        double retry = seconds(values, "server_login_retry");
        if (retry > LONGEST_LOGIN_RETRY) {
            findings.add(new PoolerFinding(
                    "B6",
                    true,
                    "server_login_retry is " + retry + " s at " + place
                            + ": one login that fails around the pause keeps clients out for so long",
                    "set server_login_retry to 1 or less in its ini, and RELOAD"));
        }
        double wait = seconds(values, "query_wait_timeout");
        if (wait > 0 && wait < SHORTEST_QUERY_WAIT) {
            findings.add(new PoolerFinding(
                    "B7",
                    true,
                    "query_wait_timeout is " + wait + " s at " + place + ": clients that are held would be cut off",
                    "set query_wait_timeout to 10 or more, or to 0"));
        }
        double query = seconds(values, "query_timeout");
        if (query > 0) {
            findings.add(new PoolerFinding(
                    "B7-query",
                    false,
                    "query_timeout is " + query + " s at " + place
                            + ": a commit that it cancels while the guard is armed looks done and may not be (H16)",
                    "set query_timeout to 0 for the time of the cutover"));
        }
        double kept = seconds(values, "min_pool_size");
        if (kept > 0) {
            findings.add(new PoolerFinding(
                    "B7-pool",
                    false,
                    "min_pool_size is " + Math.round(kept) + " at " + place
                            + ": PgBouncer opens connections by itself, in the pause too, and one that is closed there keeps"
                            + " clients out for server_login_retry (" + retry + " s)",
                    "set min_pool_size to 0 for the time of the cutover"));
        }
        return findings;
    }

    private static double seconds(Map<String, String> values, String name) {
        String text = values.getOrDefault(name, "");
        return text.isBlank() ? 0 : Double.parseDouble(text);
    }

    private List<PoolerFinding> ofServers(ShardTopology topology) {
        List<PoolerFinding> findings = new ArrayList<>();
        logins.refused(topology.primary(), topology.database())
                .ifPresent(why -> findings.add(login("primary", topology.primary(), why)));
        target(topology)
                .flatMap(target -> logins.refused(target, topology.database()).map(why -> login("target", target, why)))
                .ifPresent(findings::add);
        return findings;
    }

    private List<PoolerFinding> ofPools(PgBouncerPlace place, PgBouncer pgbouncer, Known known, Database found) {
        List<PoolerFinding> findings = new ArrayList<>();
        String database = known.database();
        ShardTopology topology = known.topology();
        if (found.paused() && !known.pauseIsOurs()) {
            findings.add(new PoolerFinding(
                    "B8", true, place + " has " + database + " paused, and it was not Drover", "RESUME " + database));
        }
        Pools pools = pgbouncer.pools(database);
        Set<Integer> ports =
                pgbouncer.links(database).stream().map(Link::localPort).collect(Collectors.toSet());
        if (!ports.isEmpty()) {
            List<String> idle = idle(topology, ports);
            if (!idle.isEmpty()) {
                findings.add(new PoolerFinding(
                        "B9",
                        true,
                        place + ", pool mode " + pools.mode() + ": " + idle
                                + " would hold the pause up, and be cut off by the seal",
                        "let the application end them, or pg_terminate_backend"));
            }
        }
        if (pools.mode().equals("session") && pools.servers() > 0) {
            findings.add(new PoolerFinding(
                    "B9-session",
                    false,
                    place + " pools " + database + " by session: PAUSE waits until its " + pools.clients()
                            + " clients disconnect, so the fence runs into drainTimeout and the seal ends their sessions",
                    "use pool_mode = transaction where the application allows it"));
        }
        return findings;
    }

    private List<String> idle(ShardTopology topology, Set<Integer> ports) {
        try {
            return logins.idleInTransaction(topology.primary(), topology.database(), ports);
        } catch (DroverException e) {
            // that the login fails is a finding of its own
            return List.of();
        }
    }

    private static PoolerFinding login(String what, Endpoint server, String why) {
        return new PoolerFinding(
                "B10",
                true,
                "no login to the " + what + " " + server.node() + " at " + server.host() + ":" + server.port()
                        + " from here: " + why,
                "check the network, pg_hba.conf there, and login.passwordFile");
    }

    private static Optional<Endpoint> target(ShardTopology topology) {
        return FenceTransitions.target(topology).map(Replica::endpoint);
    }
}
