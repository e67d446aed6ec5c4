/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.replication.ServerFiles.CopyOrder;
import io.drover.replication.ServerFiles.RunningCopy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A base backup that goes on when its agent is gone. */
record FakeCopy(FakePostgres world, String host, Path staging, FakeProgram program) implements RunningCopy {
    private static final long BYTES = 32L << 20;
    /** Something arrives all the time. */
    private static final long NANOS_PER_BYTE = 1_000_000;

    static FakeProgram begin(FakePostgres world, String host, CopyOrder order, Path staging) {
        return world.change(() -> {
            FakeProgram program = new FakeProgram();
            program.begun = world.scheduler().nanoTime();
            Optional<FakeServer> source = source(world, host, order);
            if (source.isEmpty()) {
                program.end("connection to server at \"" + order.host() + "\" failed");
                return program;
            }
            FakeServer server = source.orElseThrow();
            server.checkpoint();
            FakeDirectory copy = server.data.copy();
            server.data.slots.advance(order.slot(), copy.wal.end());
            copy.incomplete = true;
            copy.program = program;
            world.host(host).directories.put(staging, copy);
            world.later(world.times().copy(), () -> finish(world, host, order, copy, program));
            return program;
        });
    }

    private static Optional<FakeServer> source(FakePostgres world, String host, CopyOrder order) {
        return world.serverAt(order.host(), order.port())
                .filter(server -> server.ready && !server.held && world.connected(host, order.host()))
                .filter(server -> server.data.slots.exists(order.slot()));
    }

    private static void finish(
            FakePostgres world, String host, CopyOrder order, FakeDirectory copy, FakeProgram program) {
        if (program.ended) {
            return;
        }
        Optional<FakeServer> source = source(world, host, order);
        boolean full = world.host(host).diskFull;
        if (full || source.isEmpty()) {
            program.end(full ? "No space left on device" : "could not receive data: server closed the connection");
            return;
        }
        FakeDirectory from = source.orElseThrow().data;
        if (!from.slots.holds(order.slot())) {
            program.end("could not receive data from WAL stream: its slot was lost");
            return;
        }
        if (!from.instance.equals(copy.instance) || from.timeline != copy.timeline) {
            program.end("the source has changed its timeline");
            return;
        }
        from.wal.from(copy.wal.end()).forEach(copy.wal::add);
        copy.incomplete = false;
        copy.program = null;
        program.bytes = BYTES;
        program.ended = true;
        from.slots.advance(order.slot(), copy.wal.end());
    }

    @Override
    public long bytesOnDisk() {
        return world.look(
                () -> program.ended ? program.bytes : (world.scheduler().nanoTime() - program.begun) / NANOS_PER_BYTE);
    }

    @Override
    public void await(Duration noProgressLimit) {
        world.await(FakePostgres.EVER, () -> program.ended);
        String failure = world.look(() -> program.failure);
        if (!failure.isEmpty()) {
            throw new DroverException(ErrorCode.COPY_FAILED, "pg_basebackup failed: " + failure);
        }
    }

    @Override
    public void cancel(Duration limit) {
        world.change(() -> program.end("it was ended"));
    }
}
