/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;

/**
 * Requests in one session, which never becomes another one: a session that has expired refuses them all with SESSIONEXPIRED.
 *
 * <p>They are carried out and answered in the order in which they were made, and what a watch has to say about a change comes before
 * an answer that shows it. Nothing is repeated: one that fails with CONNECTIONLOSS may have been carried out (hazard H38). Answers
 * fail with a {@link org.apache.zookeeper.KeeperException} that names the path. What is hung on them runs on a thread of the
 * connection, and must not block it.
 */
public interface ZooKeeperSession {
    /** Its id; 0 until a server has answered for the first time. */
    long id();

    /** Reads a znode; empty when it is absent. May be older than what others have been told was written (hazard H40). */
    CompletableFuture<Optional<ZNodeData>> read(String path);

    /** Reads what the leader of the ensemble has committed when the request is made: a sync, and a read in the same go. */
    CompletableFuture<Optional<ZNodeData>> readFresh(String path);

    /** The names of the children, in no order; none when the znode is absent. */
    CompletableFuture<List<String>> children(String path);

    /**
     * Makes a znode; answers its path, to which a sequential mode has added ten digits. Refused with NODEEXISTS, and with NONODE when
     * its parent is absent.
     */
    CompletableFuture<String> create(String path, byte[] bytes, CreateMode mode);

    /**
     * Replaces the content. Refused with NONODE, and with BADVERSION when the version is another.
     *
     * @param version the one demanded; -1 for any
     */
    CompletableFuture<ZNodeStat> set(String path, byte[] bytes, int version);

    /**
     * Deletes a znode without children. Refused with NONODE, NOTEMPTY and BADVERSION.
     *
     * @param version the one demanded; -1 for any
     */
    CompletableFuture<Void> delete(String path, int version);

    /**
     * Carries out all the changes as one transaction, or none of them; each sees what those before it have done. A refusal is that of
     * the first that is refused, and names its path.
     *
     * @return one element for each change: what is known of the znode that it has set; empty for any other kind
     */
    CompletableFuture<List<Optional<ZNodeStat>>> transact(List<ZNodeChange> changes);

    /**
     * Tells of changes until the session ends, also of those to znodes that do not exist yet: with PERSISTENT of the znode and of the
     * coming and going of its children, with PERSISTENT_RECURSIVE of the znode and all below it. Of what happens while the connection
     * is cut it does not tell later.
     */
    CompletableFuture<Void> watch(String path, AddWatchMode mode, WatchListener listener);

    /** Tells this listener no more of this path, soon. */
    void unwatch(String path, WatchListener listener);

    /** Hears of changed znodes. */
    @FunctionalInterface
    interface WatchListener {
        void changed(String path);
    }
}
