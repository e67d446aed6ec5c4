/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Drover's roles may do beyond what {@link RoleSetup} gives them: an attribute, a membership, something that they own or that was
 * granted to them in any database. Each is told with the command that takes it away.
 *
 * <p>What everybody may do is not the roles' own: up to PostgreSQL 14 that includes {@code CREATE} in the schema public. The catalogs
 * that are read here are the same in every version from 13 on; predefined roles that came later are memberships like others.
 */
final class RoleRights {
    private static final List<String> ATTRIBUTES =
            List.of("superuser", "createrole", "createdb", "replication", "bypassrls");

    /** What each role has of right: of the attributes, and of memberships. */
    private record Part(Set<String> attributes, Set<String> memberships) {}

    /** Since PostgreSQL 14; before, a person grants drover_canary what it is to read. */
    static final String READER = "pg_read_all_data";

    private static final Map<String, Part> PARTS = Map.of(
            RoleSetup.CONTROLLER, new Part(Set.of(), Set.of("pg_monitor")),
            RoleSetup.REPLICATION, new Part(Set.of("replication"), Set.of()),
            RoleSetup.REWIND, new Part(Set.of(), Set.of()),
            RoleSetup.CANARY, new Part(Set.of(), Set.of(READER)));

    private static final String HAS = """
            SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = ?
            """;

    private static final String MEMBERSHIPS = """
            SELECT of.rolname, m.admin_option
              FROM pg_auth_members m
              JOIN pg_roles of ON of.oid = m.roleid
              JOIN pg_roles who ON who.oid = m.member
             WHERE who.rolname = ?
             ORDER BY of.rolname
            """;

    /** To connect is no power, and has to be granted where it was taken from everybody. */
    private static final String ON_DATABASES = """
            SELECT d.datname, string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type)
              FROM pg_database d, aclexplode(d.datacl) acl
              JOIN pg_roles who ON who.oid = acl.grantee
             WHERE who.rolname = ? AND d.datdba <> acl.grantee
               AND (acl.privilege_type <> 'CONNECT' OR acl.is_grantable)
             GROUP BY d.datname
             ORDER BY d.datname
            """;

    /**
     * The server keeps for each role, over all databases, what it owns and what was granted to it, so that nobody can drop it by mistake.
     * Only of its own database can it say what an object is called, and of those that came with it (numbers below 16384), which are the
     * same in each.
     */
    private static final String OBJECTS = """
            SELECT coalesce(d.datname, ''),
                   CASE WHEN dep.deptype = 'o' THEN 'owns ' ELSE 'has rights on ' END
                   || CASE WHEN dep.objid < 16384
                             OR dep.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
                           THEN pg_describe_object(dep.classid, dep.objid, dep.objsubid)
                           ELSE 'an object of ' || dep.classid::regclass::text END
              FROM pg_shdepend dep
              JOIN pg_roles who ON who.oid = dep.refobjid
              LEFT JOIN pg_database d ON d.oid = dep.dbid
             WHERE who.rolname = ? AND dep.refclassid = 'pg_authid'::regclass
               AND NOT (dep.classid = 'pg_database'::regclass AND dep.deptype = 'a')
               AND NOT (who.rolname = ? AND dep.classid = 'pg_proc'::regclass AND dep.deptype = 'a'
                        AND dep.objid = ANY (string_to_array(?, ';')::regprocedure[]::oid[]))
             ORDER BY 1, 2
            """;

    private RoleRights() {}

    /** By role; a role that has only what it needs is absent. */
    static Map<String, List<String>> beyond(Connection connection) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (String role : List.of(RoleSetup.CONTROLLER, RoleSetup.REPLICATION, RoleSetup.REWIND)) {
            List<String> beyond = new ArrayList<>(powers(connection, role));
            beyond.addAll(onDatabases(connection, role));
            beyond.addAll(objects(connection, role));
            if (!beyond.isEmpty()) {
                found.put(role, List.copyOf(beyond));
            }
        }
        // what it may read is a person's choice
        List<String> canary = powers(connection, RoleSetup.CANARY);
        if (!canary.isEmpty()) {
            found.put(RoleSetup.CANARY, canary);
        }
        return found;
    }

    /** Attributes and memberships beyond its part. */
    static List<String> powers(Connection connection, String role) {
        Part part = Objects.requireNonNull(PARTS.get(role), "BUG: a role without a part");
        return Stream.concat(attributes(connection, role, part).stream(), memberships(connection, role, part).stream())
                .toList();
    }

    private static List<String> attributes(Connection connection, String role, Part part) {
        return Sql.first(
                        connection,
                        HAS,
                        row -> {
                            List<String> extra = new ArrayList<>();
                            for (int i = 0; i < ATTRIBUTES.size(); i++) {
                                String attribute = ATTRIBUTES.get(i);
                                if (row.getBoolean(i + 1) && !part.attributes().contains(attribute)) {
                                    extra.add("is " + attribute + " (ALTER ROLE " + role + " NO" + attribute + ")");
                                }
                            }
                            return extra;
                        },
                        role)
                .orElse(List.of());
    }

    private static List<String> memberships(Connection connection, String role, Part part) {
        return Sql.list(
                        connection,
                        MEMBERSHIPS,
                        row -> {
                            String of = row.getString(1);
                            if (!part.memberships().contains(of)) {
                                return "is a member of " + of + " (REVOKE " + quoted(of) + " FROM " + role + ")";
                            }
                            return row.getBoolean(2)
                                    ? "may make others a member of " + of + " (REVOKE ADMIN OPTION FOR " + of + " FROM "
                                            + role + ")"
                                    : "";
                        },
                        role)
                .stream()
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static List<String> onDatabases(Connection connection, String role) {
        return Sql.list(
                connection,
                ON_DATABASES,
                row -> "has " + row.getString(2) + " on database " + row.getString(1) + " (REVOKE ALL ON DATABASE "
                        + quoted(row.getString(1)) + " FROM " + role + ")",
                role);
    }

    private static List<String> objects(Connection connection, String role) {
        Map<String, List<String>> byDatabase = Sql.list(
                        connection,
                        OBJECTS,
                        row -> Map.entry(row.getString(1), row.getString(2)),
                        role,
                        RoleSetup.REWIND,
                        String.join(";", RoleSetup.REWIND_FUNCTIONS))
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey,
                        LinkedHashMap::new,
                        Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        List<String> told = new ArrayList<>();
        byDatabase.forEach((database, objects) -> told.add((database.isEmpty() ? "" : "in database " + database + " ")
                + String.join(" and ", few(objects)) + " (REVOKE it, or ALTER … OWNER TO somebody else)"));
        return told;
    }

    /** A person needs to see what it is, not all of it. */
    private static List<String> few(List<String> objects) {
        int most = 3;
        if (objects.size() <= most) {
            return objects;
        }
        List<String> first = new ArrayList<>(objects.subList(0, most));
        first.add((objects.size() - most) + " more");
        return first;
    }

    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }
}
