/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import io.drover.api.ShardId;
import java.security.Principal;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Somebody whose token or certificate is known, with the roles that they have for shards. */
public final class Caller implements Principal {
    private final String name;
    private final boolean listed;
    private final Map<Role, List<ShardPattern>> roles;

    private Caller(String name, boolean listed, Map<Role, List<ShardPattern>> roles) {
        this.name = name;
        this.listed = listed;
        this.roles = new EnumMap<>(roles);
    }

    /** A caller of the access file. */
    static Caller listed(String name, Map<Role, List<ShardPattern>> roles) {
        return new Caller(name, true, roles);
    }

    /** Whoever shows the one token of an installation without an access file: may do everything. */
    static Caller unlisted() {
        return new Caller(
                "token",
                false,
                Arrays.stream(Role.values())
                        .collect(Collectors.toMap(role -> role, role -> List.of(new ShardPattern("*")))));
    }

    @Override
    public String getName() {
        return name;
    }

    /** Whether the access file tells this caller from others. */
    public boolean isListed() {
        return listed;
    }

    /** Whether the caller has the role for a shard. */
    public boolean may(Role role, ShardId shard) {
        return patterns(role).stream().anyMatch(pattern -> pattern.fits(shard));
    }

    /** Whether the caller has the role for each of the shards. */
    public boolean mayAll(Role role, Collection<ShardId> shards) {
        return shards.stream().allMatch(shard -> may(role, shard));
    }

    /** Whether the caller has the role for every shard, also those that are still to come. */
    public boolean mayEverywhere(Role role) {
        return patterns(role).stream().anyMatch(ShardPattern::isEvery);
    }

    /** Whether the caller has the role for any shard. */
    public boolean maySomewhere(Role role) {
        return !patterns(role).isEmpty();
    }

    /** Whoever steers a shard has to see it. */
    private List<ShardPattern> patterns(Role role) {
        return role == Role.VIEWER
                ? roles.values().stream().flatMap(List::stream).toList()
                : roles.getOrDefault(role, List.of());
    }

    /** The roles with their shards, for a refusal. */
    public String rights() {
        Set<Role> held = roles.keySet();
        return held.isEmpty()
                ? "no role"
                : held.stream()
                        .map(role -> role.text() + " for " + roles.get(role))
                        .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name;
    }
}
