/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.NodeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what in ZooKeeper, as one process sees it: which users it logs in as, and the access lists of what it makes. Which role may do
 * what where is {@link ZkPlace}'s.
 */
public final class AccessRules {
    private static final Pattern DIGEST = Pattern.compile("[a-z]+:[A-Za-z0-9+/]{27}=");
    /** The user that a client makes up for the znode of its session. */
    private static final String PARTICIPANT = "participant";

    private final Credentials credentials;
    private final List<String> roles;
    private final boolean controls;
    private final @Nullable String owner;

    private AccessRules(Credentials credentials, List<String> roles, boolean controls, @Nullable String owner) {
        this.credentials = credentials;
        this.roles = List.copyOf(roles);
        this.controls = controls;
        this.owner = owner;
    }

    /**
     * Those of a controller.
     *
     * @param file with the line of the user {@code controller}
     * @param roles {@code role:hash} of every role, as {@link Credentials#digests()} answers it; several of one role while a password
     *     is being changed
     * @throws IllegalArgumentException when the two do not fit together
     */
    public static AccessRules ofController(Path file, List<String> roles) {
        Credentials credentials = having(file, Role.CONTROLLER);
        check(roles);
        if (credentials.digests().stream().noneMatch(roles::contains)) {
            throw new IllegalArgumentException("none of the users in " + file
                    + " is a controller by the roles: this process would lock itself out; print what belongs there with"
                    + " bin/drover zookeeper-access digest " + file);
        }
        return new AccessRules(credentials, roles, true, null);
    }

    /**
     * Those of a node's agent.
     *
     * @param file with the line of the user {@code agent} and one of {@code agent-<node>}, which no other agent has
     * @param roles as with a controller; only the controllers' are needed
     */
    public static AccessRules ofAgent(Path file, List<String> roles, NodeId node) {
        Credentials credentials = having(file, Role.AGENT);
        check(roles);
        String user = agentUser(node.value());
        String own = credentials.digests().stream()
                .filter(digest -> Credentials.userOf(digest).equals(user))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the credentials " + file + " have no user " + user + ", who owns what lies below the node"));
        return new AccessRules(credentials, roles, false, own);
    }

    /**
     * Those of a client of shards, or of a pooler's adapter.
     *
     * @param file with the line of the user {@code client}, and of {@code pooler} for an adapter
     * @param roles as with a controller; only the controllers' are needed, and the poolers' by an adapter
     */
    public static AccessRules ofClient(Path file, List<String> roles) {
        Credentials credentials = having(file, Role.CLIENT).withRandom(PARTICIPANT);
        check(roles);
        List<String> digests = credentials.digests();
        return new AccessRules(credentials, roles, false, digests.get(digests.size() - 1));
    }

    /** Those of a program that only reads topologies. */
    public static AccessRules ofReader(Path file) {
        return new AccessRules(Credentials.read(file), List.of(), false, null);
    }

    private static Credentials having(Path file, Role role) {
        Credentials credentials = Credentials.read(file);
        if (credentials.digests().stream()
                .noneMatch(digest -> Credentials.userOf(digest).equals(role.user()))) {
            throw new IllegalArgumentException("the credentials " + file + " have no line of the user " + role.user());
        }
        return credentials;
    }

    private static void check(List<String> roles) {
        for (int i = 0; i < roles.size(); i++) {
            String role = roles.get(i);
            if (!DIGEST.matcher(role).matches()
                    || Role.of(Credentials.userOf(role)).isEmpty()) {
                // without the entry itself: it may be a password where its hash belongs
                throw new IllegalArgumentException("entry " + (i + 1)
                        + " of the roles is no role with its hash, such as controller:… of " + Role.users()
                        + "; print it with bin/drover zookeeper-access digest FILE");
            }
        }
        if (roles.stream().noneMatch(role -> Credentials.userOf(role).equals(Role.CONTROLLER.user()))) {
            throw new IllegalArgumentException(
                    "the roles lack the controllers', who must be able to read all there is");
        }
    }

    Credentials credentials() {
        return credentials;
    }

    /** Whether this process makes what belongs to nobody. */
    boolean controls() {
        return controls;
    }

    /**
     * The access list of a znode that this process makes.
     *
     * @throws IllegalStateException when it is not one that such a process makes
     */
    List<Grant> of(String path) {
        ZkPlace place = ZkLayout.placeOf(path);
        List<Grant> grants = shared(place);
        String own = owner;
        if (own != null && place.hasOwner()) {
            grants.add(Grant.digest(own, place.owner()));
        } else if (grants.isEmpty() || place.hasOwner()) {
            throw new IllegalStateException("BUG: a process with other rights makes " + path);
        }
        return List.copyOf(grants);
    }

    private List<Grant> shared(ZkPlace place) {
        List<Grant> grants = new ArrayList<>();
        for (Role role : Role.values()) {
            String rights = place.rights(role);
            if (!rights.isEmpty()) {
                digests(role, rights).forEach(grants::add);
            }
        }
        return grants;
    }

    /** Whoever has no hash for a role knows its own, when it has the role. */
    private Stream<Grant> digests(Role role, String rights) {
        Set<String> ids = Stream.concat(
                        roles.stream(), controls ? Stream.<String>empty() : credentials.digests().stream())
                .filter(id -> Credentials.userOf(id).equals(role.user()))
                .collect(Collectors.toSet());
        return ids.stream().sorted().map(id -> Grant.digest(id, rights));
    }

    /** What is wrong with a znode's access list, for a controller. */
    Optional<String> fault(String path, Collection<Grant> found) {
        ZkPlace place = ZkLayout.placeOf(path);
        Set<Grant> left = new HashSet<>(found);
        List<Grant> missing =
                shared(place).stream().filter(grant -> !left.remove(grant)).toList();
        boolean fine = missing.isEmpty() && (place.hasOwner() ? isOwned(place, path, left) : left.isEmpty());
        return fine ? Optional.empty() : Optional.of(describe(path, found, missing));
    }

    /** The right access list of a znode that has another one; empty when only its owner can tell. */
    Optional<List<Grant>> mended(String path, Collection<Grant> found) {
        ZkPlace place = ZkLayout.placeOf(path);
        List<Grant> right = shared(place);
        if (place.hasOwner()) {
            List<Grant> owners = found.stream()
                    .filter(grant -> !grant.isOpen() && !right.contains(grant) && isOwner(place, path, grant))
                    .map(grant -> new Grant(grant.scheme(), grant.id(), place.owner()))
                    .distinct()
                    .toList();
            if (owners.isEmpty()) {
                return Optional.empty();
            }
            right.addAll(owners);
        }
        return Optional.of(List.copyOf(right));
    }

    private static boolean isOwner(ZkPlace place, String path, Grant grant) {
        return place == ZkPlace.PARTICIPANT
                ? Role.users().stream().noneMatch(grant::isFor)
                : grant.isFor(agentUser(ZkLayout.nodeIn(path)));
    }

    private static boolean isOwned(ZkPlace place, String path, Set<Grant> left) {
        if (place == ZkPlace.PARTICIPANT) {
            // clients of other languages log in as they like; what they open to everybody is not theirs any more
            return left.stream().noneMatch(Grant::isOpen);
        }
        String user = agentUser(ZkLayout.nodeIn(path));
        return left.size() == 1
                && left.stream()
                        .allMatch(grant -> grant.isFor(user) && grant.rights().equals(place.owner()));
    }

    private static String describe(String path, Collection<Grant> found, List<Grant> missing) {
        List<Grant> open = found.stream()
                .filter(grant -> grant.isOpen() && !grant.rights().equals("r"))
                .toList();
        String has = found.stream().map(Grant::toString).sorted().collect(Collectors.joining(", "));
        return path
                + (open.isEmpty() ? " has another access list than it should: " : " is open to anybody: ")
                + has
                + (missing.isEmpty() ? "" : "; missing: " + missing);
    }

    private static String agentUser(String node) {
        return Role.AGENT.user() + "-" + node;
    }

    /** Without secrets. */
    @Override
    public String toString() {
        return "AccessRules[" + credentials + ", roles of "
                + roles.stream().map(Credentials::userOf).toList() + "]";
    }
}
