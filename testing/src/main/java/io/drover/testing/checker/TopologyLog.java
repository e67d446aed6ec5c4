/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.Json;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.testing.checker.Evidence.TopologyChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.server.ByteBufferInputStream;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.server.persistence.TxnLog.TxnIterator;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.DeleteTxn;
import org.apache.zookeeper.txn.MultiTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.Txn;

/** Reads every topology of a shard from ZooKeeper's own transaction log: a watch may miss some, a log does not. */
public final class TopologyLog {
    /** The lower half of a zxid counts within its epoch. */
    private static final int COUNTER_BITS = 32;

    private final String path;
    private final Map<Long, TopologyChange> changes = new TreeMap<>();
    /** On how many servers each transaction is, whatever it changes. */
    private final NavigableMap<Long, Integer> servers = new TreeMap<>();

    private TopologyLog(String path) {
        this.path = path;
    }

    /**
     * Reads the logs of a server, or of all members of an ensemble, together. What a leader has proposed and no majority has
     * taken, because it was cut off or died, was never in force: such transactions are the last ones of their epoch, and a member
     * that takes over a snapshot from the next leader keeps them in its log.
     *
     * @param directories the {@code version-2} directories of the servers
     * @param chroot of Drover
     */
    public static List<TopologyChange> read(List<Path> directories, String chroot, ShardId shard) {
        // as the contract with clients names it, whatever the daemon's code says
        TopologyLog log = new TopologyLog(chroot + "/topology/" + shard);
        directories.forEach(log::read);
        int majority = directories.size() / 2 + 1;
        return log.changes.values().stream()
                .filter(change -> change.zxid() <= log.lastCommitted(epoch(change.zxid()), majority))
                .toList();
    }

    /** The last transaction of an epoch of ZooKeeper's leader that a majority has. */
    private long lastCommitted(long epoch, int majority) {
        return servers
                .subMap(epoch << COUNTER_BITS, true, (epoch + 1) << COUNTER_BITS, false)
                .descendingMap()
                .entrySet()
                .stream()
                .filter(entry -> entry.getValue() >= majority)
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElse(-1);
    }

    private static long epoch(long zxid) {
        return zxid >>> COUNTER_BITS;
    }

    private void read(Path directory) {
        try (TxnIterator transactions = new FileTxnLog(directory.toFile()).read(1)) {
            // begins on the first one, when there is one
            boolean more = transactions.getHeader() != null;
            while (more) {
                long zxid = transactions.getHeader().getZxid();
                servers.merge(zxid, 1, Integer::sum);
                add(zxid, transactions.getTxn());
                more = transactions.next();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the transactions in " + directory, e);
        }
    }

    private void add(long zxid, Record transaction) throws IOException {
        if (transaction instanceof MultiTxn multi) {
            // one part that was refused refuses all, whatever the others say
            if (multi.getTxns().stream().noneMatch(part -> part.getType() == OpCode.error)) {
                for (Txn part : multi.getTxns()) {
                    add(zxid, decode(part));
                }
            }
        } else if (transaction instanceof SetDataTxn set && set.getPath().equals(path)) {
            put(zxid, set.getData());
        } else if (transaction instanceof CreateTxn create && create.getPath().equals(path)) {
            put(zxid, create.getData());
        } else if (transaction instanceof DeleteTxn delete && delete.getPath().equals(path)) {
            changes.put(zxid, new TopologyChange(zxid, Optional.empty()));
        }
    }

    private void put(long zxid, byte[] data) throws IOException {
        changes.put(zxid, new TopologyChange(zxid, Optional.of(Json.mapper().readValue(data, ShardTopology.class))));
    }

    private static Record decode(Txn part) throws IOException {
        Record record = switch (part.getType()) {
            case OpCode.create, OpCode.create2 -> new CreateTxn();
            case OpCode.setData -> new SetDataTxn();
            case OpCode.delete -> new DeleteTxn();
            default -> null;
        };
        if (record == null) {
            return part;
        }
        ByteBufferInputStream.byteBuffer2Record(ByteBuffer.wrap(part.getData()), record);
        return record;
    }
}
