/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests in one session with real servers. */
record CuratorSession(ZooKeeper handle, CuratorAccess access) implements ZooKeeperSession, AccessSession {
    private static final Logger LOG = LoggerFactory.getLogger(CuratorSession.class);

    @Override
    public long id() {
        return handle.getSessionId();
    }

    @Override
    public CompletableFuture<Optional<ZNodeData>> read(String path) {
        CompletableFuture<Optional<ZNodeData>> answer = new CompletableFuture<>();
        sendRead(path, answer);
        return answer;
    }

    /** Sends the sync and the read together: ZooKeeper answers the requests of a session in order. */
    @Override
    public CompletableFuture<Optional<ZNodeData>> readFresh(String path) {
        CompletableFuture<Optional<ZNodeData>> answer = new CompletableFuture<>();
        handle.sync(
                path,
                (rc, name, context) -> {
                    if (rc != Code.OK.intValue()) {
                        fail(rc, path, answer);
                    }
                },
                null);
        sendRead(path, answer);
        return answer;
    }

    private void sendRead(String path, CompletableFuture<Optional<ZNodeData>> answer) {
        handle.getData(
                path,
                false,
                (rc, name, context, data, stat) -> {
                    if (rc == Code.OK.intValue()) {
                        answer.complete(Optional.of(new ZNodeData(data == null ? new byte[0] : data, stat(stat))));
                    } else if (rc == Code.NONODE.intValue()) {
                        answer.complete(Optional.empty());
                    } else {
                        fail(rc, path, answer);
                    }
                },
                null);
    }

    @Override
    public CompletableFuture<List<String>> children(String path) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        handle.getChildren(
                path,
                false,
                (rc, name, context, children, stat) -> {
                    if (rc == Code.OK.intValue()) {
                        answer.complete(List.copyOf(children));
                    } else if (rc == Code.NONODE.intValue()) {
                        answer.complete(List.of());
                    } else {
                        fail(rc, path, answer);
                    }
                },
                null);
        return answer;
    }

    @Override
    public CompletableFuture<String> create(String path, byte[] bytes, CreateMode mode) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        handle.create(
                path,
                bytes,
                access.getAclForPath(path),
                mode,
                (rc, requested, context, made) -> settle(rc, path, made, answer),
                null);
        return answer;
    }

    @Override
    public CompletableFuture<ZNodeStat> set(String path, byte[] bytes, int version) {
        CompletableFuture<ZNodeStat> answer = new CompletableFuture<>();
        handle.setData(
                path,
                bytes,
                version,
                (rc, name, context, stat) -> {
                    if (rc == Code.OK.intValue()) {
                        answer.complete(stat(stat));
                    } else {
                        fail(rc, path, answer);
                    }
                },
                null);
        return answer;
    }

    @Override
    public CompletableFuture<Void> delete(String path, int version) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        handle.delete(path, version, (rc, name, context) -> settle(rc, path, true, answer), null);
        return answer.thenAccept(done -> {});
    }

    @Override
    public CompletableFuture<List<Optional<ZNodeStat>>> transact(List<ZNodeChange> changes) {
        CompletableFuture<List<Optional<ZNodeStat>>> answer = new CompletableFuture<>();
        handle.multi(
                changes.stream().map(this::op).toList(),
                (rc, name, context, results) -> finish(rc, changes, results, answer),
                null);
        return answer;
    }

    private Op op(ZNodeChange change) {
        if (change instanceof ZNodeChange.Check check) {
            return Op.check(check.path(), check.version());
        } else if (change instanceof ZNodeChange.Create create) {
            return Op.create(create.path(), create.bytes(), access.getAclForPath(create.path()), CreateMode.PERSISTENT);
        } else if (change instanceof ZNodeChange.Set set) {
            return Op.setData(set.path(), set.bytes(), set.version());
        } else if (change instanceof ZNodeChange.Delete delete) {
            return Op.delete(delete.path(), delete.version());
        }
        throw new IllegalArgumentException("BUG: unknown change " + change);
    }

    private static void finish(
            int rc,
            List<ZNodeChange> changes,
            List<OpResult> results,
            CompletableFuture<List<Optional<ZNodeStat>>> answer) {
        for (int i = 0; results != null && i < results.size(); i++) {
            // Those after the refused one carry RUNTIMEINCONSISTENCY, those before it OK.
            if (results.get(i) instanceof OpResult.ErrorResult error
                    && error.getErr() != Code.OK.intValue()
                    && error.getErr() != Code.RUNTIMEINCONSISTENCY.intValue()) {
                fail(error.getErr(), changes.get(i).path(), answer);
                return;
            }
        }
        if (rc != Code.OK.intValue()) {
            fail(rc, "a transaction", answer);
            return;
        }
        List<Optional<ZNodeStat>> stats = new ArrayList<>();
        for (OpResult result : results) {
            stats.add(
                    result instanceof OpResult.SetDataResult set ? Optional.of(stat(set.getStat())) : Optional.empty());
        }
        answer.complete(List.copyOf(stats));
    }

    @Override
    public CompletableFuture<Void> watch(String path, AddWatchMode mode, WatchListener listener) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        handle.addWatch(
                path, new ListenerWatcher(listener), mode, (rc, name, context) -> settle(rc, path, true, answer), null);
        return answer.thenAccept(done -> {});
    }

    @Override
    public void unwatch(String path, WatchListener listener) {
        handle.removeWatches(
                path, new ListenerWatcher(listener), Watcher.WatcherType.Any, true, (rc, name, context) -> {}, null);
    }

    /** Equal when it tells the same listener: ZooKeeper keeps watchers in sets. */
    private record ListenerWatcher(WatchListener listener) implements Watcher {
        @Override
        public void process(WatchedEvent event) {
            String path = event.getPath();
            switch (event.getType()) {
                case NodeCreated, NodeDeleted, NodeDataChanged, NodeChildrenChanged -> {
                    if (path != null) {
                        listener.changed(path);
                    }
                }
                // Changes of the connection, and the ends of watches: no znode has changed.
                case None, DataWatchRemoved, ChildWatchRemoved, PersistentWatchRemoved ->
                    LOG.trace("nothing has changed: {}", event);
            }
        }
    }

    @Override
    public CompletableFuture<Optional<List<Grant>>> access(String path) {
        CompletableFuture<Optional<List<Grant>>> answer = new CompletableFuture<>();
        handle.getACL(
                path,
                null,
                (rc, name, context, acls, stat) -> {
                    if (rc == Code.OK.intValue()) {
                        answer.complete(Optional.of(CuratorAccess.grants(acls)));
                    } else if (rc == Code.NONODE.intValue()) {
                        answer.complete(Optional.empty());
                    } else {
                        fail(rc, path, answer);
                    }
                },
                null);
        return answer;
    }

    @Override
    public CompletableFuture<Boolean> setAccess(String path, List<Grant> grants) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        handle.setACL(
                path,
                CuratorAccess.acls(grants),
                -1,
                (rc, name, context, stat) -> settle(rc, path, true, answer),
                null);
        return answer;
    }

    private static ZNodeStat stat(Stat stat) {
        return new ZNodeStat(
                stat.getVersion(),
                stat.getCzxid(),
                stat.getMzxid(),
                Instant.ofEpochMilli(stat.getMtime()),
                stat.getEphemeralOwner());
    }

    private static <T> void settle(int rc, String path, T value, CompletableFuture<T> answer) {
        if (rc == Code.OK.intValue()) {
            answer.complete(value);
        } else {
            fail(rc, path, answer);
        }
    }

    private static void fail(int rc, String path, CompletableFuture<?> answer) {
        answer.completeExceptionally(KeeperException.create(Code.get(rc), path));
    }
}
