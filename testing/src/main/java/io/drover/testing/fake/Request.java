/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;

/**
 * A request on its way, and the place for its answer.
 *
 * @param operation its name for {@link Network}
 * @param path the znode
 * @param call what the server does
 */
record Request<T>(String operation, String path, Call<T> call, CompletableFuture<T> answer) {
    /** Carried out by the server, under the world's monitor. */
    @FunctionalInterface
    interface Call<T> {
        T on(FakeConnection connection) throws KeeperException;
    }

    /** Lets the server carry it out; the result tells the client. */
    Runnable carryOut(FakeConnection connection) {
        try {
            T result = call.on(connection);
            return () -> answer.complete(result);
        } catch (KeeperException e) {
            return () -> answer.completeExceptionally(e);
        }
    }

    void fail(Code code) {
        answer.completeExceptionally(KeeperException.create(code, path));
    }

    /** One request is another one than the next, whatever it asks. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Request<?> that && answer == that.answer;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(answer);
    }
}
