/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import io.drover.api.Move;
import io.drover.api.MoveId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads znodes; writes go through {@link LeaderTransaction}. Thread-safe; every method ends within ten seconds, with
 * ZOOKEEPER_UNAVAILABLE when ZooKeeper does not answer. Reads may be stale (hazard H40).
 */
public final class DocumentStore {
    private static final Duration POLL = Duration.ofSeconds(3);

    private final ZooKeeperClient client;
    private final ZkCalls calls;

    public DocumentStore(ZooKeeperClient client) {
        this.client = requireNonNull(client, "client is null");
        this.calls = new ZkCalls(client);
    }

    /** The content of a znode; empty when it is absent. */
    public <T> Optional<Versioned<T>> read(ZNode<T> node) {
        return calls.read(node.path()).map(bytes -> ZkCalls.decode(node, bytes));
    }

    /** The content of all children, by name; children that vanish meanwhile, or that hold something else, are left out. */
    public <T> List<Versioned<T>> readAll(ZDirectory<T> directory) {
        return calls.readSound(
                children(directory).stream().map(directory::child).toList());
    }

    /** The content of these znodes; those that are absent are left out. */
    public <T> List<Versioned<T>> readAll(List<ZNode<T>> nodes) {
        return calls.readAll(nodes);
    }

    /** The names of the children, sorted; none when the directory is absent. */
    public List<String> children(ZDirectory<?> directory) {
        return calls.children(directory.path());
    }

    /** The history of a move after the given number, in order; a negative number for all of it. */
    public List<Move.HistoryEntry> history(MoveId move, long afterNumber) {
        ZDirectory<Move.HistoryEntry> histories = ZkLayout.histories(move);
        List<ZNode<Move.HistoryEntry>> wanted = children(histories).stream()
                .filter(name -> ZkLayout.historyNumber(name).orElse(Long.MIN_VALUE) > afterNumber)
                .map(histories::child)
                .toList();
        return calls.readAll(wanted).stream().map(Versioned::value).toList();
    }

    /**
     * Runs something, on a thread of its own, soon after a znode in or below the directory changes, and now and then without
     * cause: it has to read what it wants to know (hazard H41).
     */
    public Watch watch(ZDirectory<?> directory, Runnable onChange) {
        return new ChangeWatch(client, directory.path(), POLL, onChange);
    }
}
