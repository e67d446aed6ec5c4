/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.topology.ZNodeChange;
import io.drover.topology.ZNodeData;
import io.drover.topology.ZNodeStat;
import io.drover.topology.ZooKeeperSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/** A session as the client knows it. */
final class FakeZooKeeperSession implements ZooKeeperSession {
    private final FakeZooKeeper server;
    private final FakeZooKeeperClient client;
    private volatile long id;

    FakeZooKeeperSession(FakeZooKeeper server, FakeZooKeeperClient client) {
        this.server = server;
        this.client = client;
    }

    void begun(long itsId) {
        id = itsId;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public CompletableFuture<Optional<ZNodeData>> read(String path) {
        return client.send(this, "read", path, connection -> connection.tree().read(path));
    }

    @Override
    public CompletableFuture<Optional<ZNodeData>> readFresh(String path) {
        return client.send(this, "readFresh", path, connection -> {
            connection.catchUp();
            return connection.tree().read(path);
        });
    }

    @Override
    public CompletableFuture<List<String>> children(String path) {
        return client.send(
                this, "children", path, connection -> connection.tree().children(path));
    }

    @Override
    public CompletableFuture<String> create(String path, byte[] bytes, CreateMode mode) {
        return client.send(
                this,
                "create",
                path,
                connection -> commit(
                        connection,
                        transaction -> transaction.create(
                                path,
                                bytes,
                                mode.isEphemeral() ? connection.session().id() : 0,
                                mode.isSequential())));
    }

    @Override
    public CompletableFuture<ZNodeStat> set(String path, byte[] bytes, int version) {
        return client.send(
                this,
                "set",
                path,
                connection -> commit(connection, transaction -> transaction.set(path, bytes, version)));
    }

    @Override
    public CompletableFuture<Void> delete(String path, int version) {
        return client.<Boolean>send(
                        this,
                        "delete",
                        path,
                        connection -> commit(connection, transaction -> {
                            transaction.delete(path, version);
                            return true;
                        }))
                .thenAccept(done -> {});
    }

    @Override
    public CompletableFuture<List<Optional<ZNodeStat>>> transact(List<ZNodeChange> changes) {
        return client.send(
                this,
                "transact",
                changes.isEmpty() ? "/" : changes.get(0).path(),
                connection -> commit(connection, transaction -> {
                    List<Optional<ZNodeStat>> stats = new ArrayList<>();
                    for (ZNodeChange change : changes) {
                        stats.add(transaction.apply(change));
                    }
                    return List.copyOf(stats);
                }));
    }

    /** The leader carries it out or refuses it, and the client's server answers when it has come that far itself. */
    private <T> T commit(FakeConnection connection, FakeZooKeeper.Work<T> work) throws KeeperException {
        try {
            return server.commit(work);
        } finally {
            connection.catchUp();
        }
    }

    @Override
    public CompletableFuture<Void> watch(String path, AddWatchMode mode, WatchListener listener) {
        return client.send(
                        this,
                        "watch",
                        path,
                        connection ->
                                connection.session().watches().add(new ServerSession.FakeWatch(path, mode, listener)))
                .thenAccept(added -> {});
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    public void unwatch(String path, WatchListener listener) {
        client.send(
                this,
                "unwatch",
                path,
                connection -> connection
                        .session()
                        .watches()
                        .removeIf(watch ->
                                watch.path().equals(path) && watch.listener().equals(listener)));
    }
}
