/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The access lists of all that Drover has in ZooKeeper, as a controller compares and mends them. Thread-safe. */
public final class AccessTree {
    private static final Logger LOG = LoggerFactory.getLogger(AccessTree.class);
    private static final String ROOT = "/";
    /** Sent together: who waits for each answer takes a second for a thousand znodes. */
    private static final int AT_ONCE = 500;
    /** Whoever has no password may still make something while the lists above it are being mended. */
    private static final int ROUNDS = 5;

    private static final int MOST_TOLD = 10;

    private final ZkCalls calls;
    private final AccessRules rules;

    /**
     * Looks by the rules that the connection is logged in with.
     *
     * @throws IllegalArgumentException when it is not logged in as a controller
     */
    public AccessTree(ZooKeeperClient client) {
        this.calls = new ZkCalls(client);
        this.rules = client.accessRules()
                .filter(AccessRules::controls)
                .orElseThrow(() -> new IllegalArgumentException("the connection has no credentials of a controller"));
    }

    /**
     * What is wrong with one znode's list.
     *
     * @param mended the right one; absent when only the process that it belongs to can tell
     */
    private record Fault(String path, String message, Optional<List<Grant>> mended) {}

    /** What is wrong, a line for each znode; nothing when every list is as it should be. */
    public List<String> faults() {
        return walk().stream().map(Fault::message).toList();
    }

    /** The same of what a move of these shards between these nodes rests on; it costs the same in a large installation. */
    public List<String> faults(Collection<ShardId> shards, Collection<NodeId> nodes) {
        List<String> paths =
                new ArrayList<>(List.of(ROOT, ZkLayout.leaderEpoch().path()));
        paths.addAll(ZkLayout.roots());
        shards.forEach(shard -> {
            paths.add(ZkLayout.shardTopology(shard).path());
            paths.add(ZkLayout.participants(shard).path());
        });
        nodes.forEach(node -> paths.add(ZkLayout.node(node).path()));
        return faultsOf(paths).stream().map(Fault::message).toList();
    }

    /**
     * Gives every znode the list that it should have, those above first.
     *
     * @param force also where the process that a znode belongs to has not logged in: such a znode is deleted, and made again by its
     *     process when that has credentials
     * @return what was done, a line for each znode
     * @throws DroverException STATE_CONFLICT when there are such znodes and it is not forced; nothing has changed then
     */
    public List<String> tighten(boolean force) {
        List<String> done = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<Fault> faults = walk();
            List<Fault> owners =
                    faults.stream().filter(fault -> fault.mended().isEmpty()).toList();
            if (faults.isEmpty()) {
                return done;
            }
            if (round == 0 && !owners.isEmpty() && !force) {
                throw locksOut(owners);
            }
            faults.forEach(fault -> fault.mended().ifPresent(grants -> {
                set(fault.path(), grants);
                done.add("closed " + fault.path());
            }));
            // children first
            for (int i = owners.size() - 1; i >= 0; i--) {
                delete(owners.get(i).path());
                done.add("deleted " + owners.get(i).path());
            }
        }
        throw new DroverException(
                ErrorCode.STATE_CONFLICT,
                "something goes on making znodes with other access lists: "
                        + told(walk().stream().map(Fault::message).toList()),
                "see which daemon or client has no credentials yet, end it, and tighten again");
    }

    private static DroverException locksOut(List<Fault> owners) {
        return new DroverException(
                ErrorCode.STATE_CONFLICT,
                "nothing was changed, because these belong to agents or clients without credentials, who would be locked out: "
                        + told(owners.stream().map(Fault::message).toList()),
                "give them credentials and start them anew, or lock them out with --force");
    }

    /** The first of many. */
    public static String told(List<String> messages) {
        String text = messages.stream().limit(MOST_TOLD).collect(Collectors.joining("; "));
        return messages.size() > MOST_TOLD ? text + "; and " + (messages.size() - MOST_TOLD) + " more" : text;
    }

    /** An agent's: takes a record that was made before there were credentials for itself, as long as it is open. */
    static void claim(ZkCalls calls, AccessRules rules, String path) {
        List<Grant> wanted = rules.of(path);
        Optional<List<Grant>> found =
                calls.repeat("reading the access list of " + path, onServers(session -> session.access(path)));
        if (found.isPresent() && found.orElseThrow().stream().anyMatch(Grant::isOpen)) {
            boolean unused = calls.repeat(
                    "changing the access list of " + path, onServers(session -> session.setAccess(path, wanted)));
            LOG.info("{} is this agent's only from now on; it was open to anybody", path);
        }
    }

    private void set(String path, List<Grant> grants) {
        try {
            boolean unused = calls.repeat(
                    "changing the access list of " + path, onServers(session -> session.setAccess(path, grants)));
        } catch (DroverException e) {
            if (e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
            LOG.debug("{} is gone already", path, e);
        }
    }

    private void delete(String path) {
        try {
            calls.repeat("deleting " + path, session -> session.delete(path, -1).thenApply(gone -> true));
        } catch (DroverException e) {
            if (e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
            LOG.debug("{} is gone already, or has children again", path, e);
        }
    }

    private List<Fault> walk() {
        List<Fault> faults = new ArrayList<>();
        List<String> level = List.of(ROOT);
        while (!level.isEmpty()) {
            faults.addAll(faultsOf(level));
            level = inParts(
                            level,
                            part -> calls.repeat(
                                    "listing " + part.size() + " znodes",
                                    session -> all(part.stream()
                                            .map(path -> session.children(path)
                                                    .thenApply(names -> below(path, names))
                                                    .exceptionally(AccessTree::noneWhenForbidden))
                                            .toList())))
                    .stream()
                    .flatMap(List::stream)
                    .toList();
        }
        return faults;
    }

    private static List<String> below(String path, List<String> names) {
        String prefix = path.equals(ROOT) ? ROOT : path + "/";
        return names.stream().sorted().map(name -> prefix + name).toList();
    }

    /** That it is forbidden shows at the access list. */
    private static List<String> noneWhenForbidden(Throwable failure) {
        return whenForbidden(failure, List.of());
    }

    private static <T> T whenForbidden(Throwable failure, T otherwise) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof KeeperException.NoAuthException) {
            return otherwise;
        }
        throw new CompletionException(cause);
    }

    private List<Fault> faultsOf(List<String> paths) {
        List<Optional<List<Grant>>> lists = inParts(
                paths,
                part -> calls.repeat(
                        "reading the access lists of " + part.size() + " znodes",
                        onServers(session -> all(part.stream()
                                .map(path -> session.access(path)
                                        .exceptionally(failure -> whenForbidden(failure, Optional.of(List.of()))))
                                .toList()))));
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            String path = paths.get(i);
            lists.get(i).ifPresent(found -> fault(path, found).ifPresent(faults::add));
        }
        return faults;
    }

    private Optional<Fault> fault(String path, List<Grant> found) {
        // ZooKeeper keeps no empty list: none is what was forbidden to read
        Optional<String> message =
                found.isEmpty() ? Optional.of(path + " is closed to the controllers") : rules.fault(path, found);
        return message.map(text -> new Fault(path, text, rules.mended(path, found)));
    }

    private static <T> List<T> inParts(List<String> paths, Function<List<String>, List<T>> ask) {
        List<T> all = new ArrayList<>();
        for (int from = 0; from < paths.size(); from += AT_ONCE) {
            all.addAll(ask.apply(paths.subList(from, Math.min(from + AT_ONCE, paths.size()))));
        }
        return all;
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> parts) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(
                        nothing -> parts.stream().map(CompletableFuture::join).toList());
    }

    private static <T> Function<ZooKeeperSession, CompletableFuture<T>> onServers(
            Function<AccessSession, CompletableFuture<T>> request) {
        return session -> request.apply((AccessSession) requireNonNull(session, "session is null"));
    }
}
