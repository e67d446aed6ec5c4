/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import io.drover.replication.ServerFiles.Upstream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A pg_rewind that goes on when its agent is gone. */
record FakeRewind(FakePostgres world, String host, Path directory, Upstream upstream, Lsn fork) {
    void run(Duration limit) {
        FakeProgram program = world.change(this::begin);
        if (!world.await(limit, () -> program.ended)) {
            throw failed(ErrorCode.POSTGRES_FAILED, "takes too long");
        }
        String failure = world.look(() -> program.failure);
        if (!failure.isEmpty()) {
            throw failed(ErrorCode.POSTGRES_FAILED, failure);
        }
    }

    private FakeDirectory data() {
        return Optional.ofNullable(world.host(host).directories.get(directory))
                .orElseThrow(() -> failed(ErrorCode.POSTGRES_FAILED, "finds no directory"));
    }

    private FakeProgram begin() {
        FakeDirectory data = data();
        FakeProgram program = new FakeProgram();
        FakeDirectory primary = primary().data;
        if (data.incomplete) {
            throw failed(ErrorCode.POSTGRES_FAILED, "ended in the middle of its copy before");
        }
        if (data.timeline == primary.controlTimeline && data.wal.isBeginOf(primary.wal)) {
            // what an earlier one has finished
            program.ended = true;
            return program;
        }
        if (!data.rewindable) {
            throw failed(ErrorCode.POSTGRES_FAILED, "needs data checksums or wal_log_hints");
        }
        Lsn diverged = primary.leftAt(data.timeline);
        if (primary.controlTimeline == data.timeline || diverged == null || diverged.atLeast(data.wal.end())) {
            throw failed(ErrorCode.VERIFICATION_FAILED, "sees no divergence");
        }
        if (!diverged.equals(fork)) {
            throw failed(
                    ErrorCode.VERIFICATION_FAILED, "sees the divergence at " + diverged + ", the fork is at " + fork);
        }
        data.incomplete = true;
        data.program = program;
        world.later(world.times().rewind(), () -> finish(data, program));
        return program;
    }

    private FakeServer primary() {
        return world.serverAt(upstream.host(), upstream.port())
                .filter(server -> server.ready && !server.held && !server.recovering && server.data.rewindLogin)
                .filter(server -> world.connected(host, upstream.host()))
                .orElseThrow(() -> failed(ErrorCode.POSTGRES_FAILED, "cannot log in to the new primary"));
    }

    private void finish(FakeDirectory data, FakeProgram program) {
        if (program.ended) {
            return;
        }
        Optional<FakeServer> source = world.serverAt(upstream.host(), upstream.port())
                .filter(server -> server.ready && world.connected(host, upstream.host()));
        if (source.isEmpty() || world.host(host).diskFull) {
            program.end("could not fetch a file");
            return;
        }
        data.takeContents(source.orElseThrow().data);
        data.slots.clear();
        data.incomplete = false;
        data.program = null;
        program.ended = true;
    }

    private DroverException failed(ErrorCode code, String how) {
        return new DroverException(code, "pg_rewind of " + directory + " " + how);
    }
}
