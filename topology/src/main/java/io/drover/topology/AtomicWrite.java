/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException;

/**
 * One ZooKeeper transaction whose answer is never ambiguous, short of reaching the limit (hazard H38).
 *
 * <p>When the answer is lost, the transaction is sent again. It cannot happen twice, for each change demands a version. When the
 * repetition is refused, the znodes tell whether the first attempt had succeeded: all that one transaction writes carries our
 * bytes, the version after the expected one, and one and the same mzxid.
 */
final class AtomicWrite {
    /** ZooKeeper's own limit is just under 1 MiB, for a whole request; a record never comes near (hazard H53). */
    static final int MAX_BYTES = 64 * 1024;

    private static final byte[] NOTHING = {};

    private final ZkCalls calls;
    private final List<Change> changes = new ArrayList<>();

    AtomicWrite(ZkCalls calls) {
        this.calls = calls;
    }

    private enum Kind {
        CHECK,
        /** Makes what the change after it deletes: refused where the znode exists. */
        TRY,
        CREATE,
        SET,
        DELETE
    }

    /**
     * One of its parts.
     *
     * @param version the one demanded; -1 for a znode to be made
     * @param value what the data say
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(Kind kind, String path, int version, Object value, byte[] data) {
        boolean writes() {
            return kind == Kind.CREATE || kind == Kind.SET;
        }

        ZNodeChange sent() {
            return switch (kind) {
                case CHECK -> new ZNodeChange.Check(path, version);
                case CREATE, TRY -> new ZNodeChange.Create(path, data);
                case SET -> new ZNodeChange.Set(path, data, version);
                case DELETE -> new ZNodeChange.Delete(path, version);
            };
        }
    }

    AtomicWrite check(ZNode<?> node, int version) {
        return add(Kind.CHECK, node, version);
    }

    AtomicWrite checkAbsent(ZNode<?> node) {
        return add(Kind.TRY, node, -1).add(Kind.DELETE, node, 0);
    }

    AtomicWrite create(ZNode<?> node, Object value) {
        return add(Kind.CREATE, node, -1, value, encode(node, value));
    }

    AtomicWrite set(ZNode<?> node, int version, Object value) {
        return add(Kind.SET, node, version, value, encode(node, value));
    }

    AtomicWrite delete(ZNode<?> node, int version) {
        return add(Kind.DELETE, node, version);
    }

    private AtomicWrite add(Kind kind, ZNode<?> node, int version) {
        return add(kind, node, version, NOTHING, NOTHING);
    }

    private AtomicWrite add(Kind kind, ZNode<?> node, int version, Object value, byte[] data) {
        changes.add(new Change(kind, node.path(), version, value, data));
        return this;
    }

    static byte[] encode(ZNode<?> node, Object value) {
        byte[] data = Json.bytes(value);
        if (data.length > MAX_BYTES) {
            throw new DroverException(
                    ErrorCode.INTERNAL,
                    "BUG: the record for " + node + " has " + data.length + " bytes, more than the " + MAX_BYTES
                            + " allowed; nothing was written");
        }
        return data;
    }

    /**
     * Sends it.
     *
     * @return what was written, by path
     * @throws DroverException LEADERSHIP_LOST, CONFLICT or ALREADY_EXISTS when nothing was written; ZOOKEEPER_UNAVAILABLE when
     *     the limit was reached and the outcome is unknown
     */
    Map<String, Versioned<Object>> commit() {
        long deadline = calls.deadline();
        List<ZNodeChange> sent = changes.stream().map(Change::sent).toList();
        boolean ambiguous = false;
        while (true) {
            try {
                return written(calls.await(calls.session().transact(sent), deadline));
            } catch (KeeperException e) {
                if (ZkErrors.isTransient(e)) {
                    ambiguous = true;
                    if (!calls.pause(deadline)) {
                        throw ZkErrors.outcomeUnknown(doing(), e);
                    }
                } else if (ambiguous) {
                    return resolve(e).orElseThrow(() -> ZkErrors.translate(e, doing()));
                } else {
                    throw ZkErrors.translate(e, doing());
                }
            } catch (InterruptedException e) {
                throw ZkErrors.interrupted(doing() + "; whether it has happened is unknown", e);
            }
        }
    }

    private Map<String, Versioned<Object>> written(List<Optional<ZNodeStat>> results) {
        Map<String, Versioned<Object>> written = new LinkedHashMap<>();
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            results.get(i).ifPresent(stat -> written.put(change.path(), stat.with(change.value())));
        }
        Optional<Versioned<Object>> sample = written.values().stream().findFirst();
        for (Change change : changes) {
            if (change.kind() == Kind.CREATE) {
                // ZooKeeper does not tell the zxid of what a transaction creates; all members share it.
                Versioned<Object> made = sample.map(
                                set -> new Versioned<>(change.value(), 0, set.mzxid(), set.mzxid(), set.modified()))
                        .or(() -> calls.read(change.path())
                                .filter(read -> read.version() == 0 && Arrays.equals(read.value(), change.data()))
                                .map(read -> read.with(change.value())))
                        .orElseThrow(this::overwritten);
                written.put(change.path(), made);
            }
        }
        return written;
    }

    private DroverException overwritten() {
        return new DroverException(ErrorCode.CONFLICT, "written, and overwritten at once by another: " + doing());
    }

    /** After a lost answer and a refused repetition: what the lost attempt has written, if it was carried out. */
    private Optional<Map<String, Versioned<Object>>> resolve(KeeperException refused) {
        List<Change> writes = changes.stream().filter(Change::writes).toList();
        if (writes.isEmpty()) {
            // Only deletions can be lost here: what is gone is gone.
            boolean gone = refused.code() == KeeperException.Code.NONODE
                    && changes.stream()
                            .anyMatch(change -> change.kind() == Kind.DELETE
                                    && change.path().equals(refused.getPath()));
            return gone ? Optional.of(Map.of()) : Optional.empty();
        }
        List<Versioned<byte[]>> present = new ArrayList<>();
        List<Versioned<byte[]>> untouched = new ArrayList<>();
        for (Change change : writes) {
            Optional<Versioned<byte[]>> now = calls.readFresh(change.path());
            if (now.isEmpty() || now.orElseThrow().version() <= change.version()) {
                return Optional.empty();
            }
            if (now.orElseThrow().version() == change.version() + 1
                    && Arrays.equals(now.orElseThrow().value(), change.data())) {
                untouched.add(now.orElseThrow());
            }
            present.add(now.orElseThrow());
        }
        if (untouched.stream().mapToLong(Versioned::mzxid).distinct().count() != 1) {
            return Optional.empty();
        }
        // Ours, as a whole: somebody may have written over a part of it since, but not before.
        Versioned<byte[]> sample = untouched.get(0);
        Map<String, Versioned<Object>> written = new LinkedHashMap<>();
        for (int i = 0; i < writes.size(); i++) {
            Change change = writes.get(i);
            long czxid = present.get(i).czxid();
            written.put(
                    change.path(),
                    new Versioned<>(change.value(), change.version() + 1, czxid, sample.mzxid(), sample.modified()));
        }
        return Optional.of(written);
    }

    private String doing() {
        return "writing "
                + changes.stream()
                        .filter(change -> change.kind() != Kind.CHECK && change.kind() != Kind.TRY)
                        .map(Change::path)
                        .collect(Collectors.joining(", "));
    }
}
