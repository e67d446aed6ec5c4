/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.topology.ZNodeChange;
import io.drover.topology.ZNodeData;
import io.drover.topology.ZNodeStat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;

/** The znodes at one moment, and how one transaction makes the next moment of them. Immutable. */
final class FakeTree {
    private static final String ROOT = "/";
    /** The character after the slash: what begins with it comes after all that lies below a znode. */
    private static final char AFTER_SLASH = '0';

    private final NavigableMap<String, Node> nodes;
    private final long zxid;

    private FakeTree(NavigableMap<String, Node> nodes, long zxid) {
        this.nodes = nodes;
        this.zxid = zxid;
    }

    /** Nothing but the root. */
    static FakeTree empty() {
        TreeMap<String, Node> nodes = new TreeMap<>();
        nodes.put(ROOT, new Node(new ZNodeData(new byte[0], new ZNodeStat(0, 0, 0, Instant.EPOCH, 0)), 0));
        return new FakeTree(nodes, 0);
    }

    /** A znode; {@code made} counts the children ever made, for their sequence numbers. */
    private record Node(ZNodeData data, int made) {}

    /** What a transaction has done to a znode. */
    record Touch(String path, boolean comesOrGoes) {}

    Optional<ZNodeData> read(String path) {
        return Optional.ofNullable(nodes.get(path)).map(Node::data);
    }

    List<String> children(String path) {
        String prefix = path.equals(ROOT) ? ROOT : path + "/";
        List<String> names = new ArrayList<>();
        String child = nodes.higherKey(prefix);
        while (child != null && child.startsWith(prefix)) {
            int below = child.indexOf('/', prefix.length());
            if (below < 0) {
                names.add(child.substring(prefix.length()));
                child = nodes.higherKey(child);
            } else {
                // what lies below a child is stepped over
                child = nodes.ceilingKey(child.substring(0, below) + AFTER_SLASH);
            }
        }
        return List.copyOf(names);
    }

    List<String> paths() {
        return List.copyOf(nodes.keySet());
    }

    List<String> ephemerals(long session) {
        return nodes.entrySet().stream()
                .filter(node -> node.getValue().data().stat().ephemeralOwner() == session)
                .map(node -> node.getKey())
                .toList();
    }

    List<Long> ephemeralOwners() {
        return nodes.values().stream()
                .map(node -> node.data().stat().ephemeralOwner())
                .filter(owner -> owner != 0)
                .distinct()
                .toList();
    }

    /** Begins the next transaction. */
    Transaction begin(Instant now) {
        return new Transaction(now);
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? ROOT : path.substring(0, slash);
    }

    /** One transaction: all its changes or none, for a refusal throws and leaves the tree as it was. */
    final class Transaction {
        /** What there is now: the very tree as long as nothing is changed, for many transactions only check. */
        private NavigableMap<String, Node> changed = nodes;

        private final List<Touch> touched = new ArrayList<>();
        private final long id = zxid + 1;
        private final Instant now;

        private Transaction(Instant now) {
            this.now = Instant.ofEpochMilli(now.toEpochMilli());
        }

        private void copyAtFirstChange() {
            if (touched.isEmpty()) {
                changed = new TreeMap<>(nodes);
            }
        }

        private static String tenDigits(int number) {
            String digits = Integer.toString(number);
            return "0".repeat(10 - digits.length()) + digits;
        }

        /** Makes a znode; answers its path. */
        String create(String wanted, byte[] bytes, long owner, boolean sequential) throws KeeperException {
            Node parent = changed.get(parent(wanted));
            if (parent == null) {
                throw KeeperException.create(Code.NONODE, wanted);
            }
            String path = sequential ? wanted + tenDigits(parent.made()) : wanted;
            if (changed.containsKey(path)) {
                throw KeeperException.create(Code.NODEEXISTS, path);
            }
            if (parent.data().stat().ephemeralOwner() != 0) {
                throw KeeperException.create(Code.NOCHILDRENFOREPHEMERALS, path);
            }
            copyAtFirstChange();
            changed.put(parent(path), new Node(parent.data(), parent.made() + 1));
            changed.put(path, new Node(new ZNodeData(bytes.clone(), new ZNodeStat(0, id, id, now, owner)), 0));
            touched.add(new Touch(path, true));
            return path;
        }

        ZNodeStat set(String path, byte[] bytes, int version) throws KeeperException {
            Node node = demand(path, version);
            ZNodeStat old = node.data().stat();
            ZNodeStat stat = new ZNodeStat(old.version() + 1, old.czxid(), id, now, old.ephemeralOwner());
            copyAtFirstChange();
            changed.put(path, new Node(new ZNodeData(bytes.clone(), stat), node.made()));
            touched.add(new Touch(path, false));
            return stat;
        }

        void delete(String path, int version) throws KeeperException {
            demand(path, version);
            String below = changed.higherKey(path + "/");
            if (below != null && below.startsWith(path + "/")) {
                throw KeeperException.create(Code.NOTEMPTY, path);
            }
            copyAtFirstChange();
            changed.remove(path);
            touched.add(new Touch(path, true));
        }

        /** One part of a transaction of several. */
        Optional<ZNodeStat> apply(ZNodeChange change) throws KeeperException {
            if (change instanceof ZNodeChange.Create create) {
                create(create.path(), create.bytes(), 0, false);
            } else if (change instanceof ZNodeChange.Set set) {
                return Optional.of(set(set.path(), set.bytes(), set.version()));
            } else if (change instanceof ZNodeChange.Delete delete) {
                delete(delete.path(), delete.version());
            } else if (change instanceof ZNodeChange.Check check) {
                demand(check.path(), check.version());
            }
            return Optional.empty();
        }

        private Node demand(String path, int version) throws KeeperException {
            @Nullable Node node = changed.get(path);
            if (node == null) {
                throw KeeperException.create(Code.NONODE, path);
            }
            if (version != -1 && version != node.data().stat().version()) {
                throw KeeperException.create(Code.BADVERSION, path);
            }
            return node;
        }

        List<Touch> touched() {
            return List.copyOf(touched);
        }

        /** The tree with all of it done. */
        FakeTree end() {
            return new FakeTree(changed, id);
        }
    }
}
