/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PgBouncerPlace.Listening;
import io.drover.testing.fake.FakePgBouncer;
import io.drover.testing.fake.FakePoolers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** In memory, but for the include file. */
final class FakePoolerWorld implements PoolerWorld {
    private static final PgBouncerPlace PLACE = new PgBouncerPlace("fake", 6432);

    private final Path include;
    private final String mode;
    private final FakePoolers poolers;
    private FakePgBouncer process;

    FakePoolerWorld(Path directory, String mode) {
        this.include = directory.resolve("include.ini");
        this.mode = mode;
        this.poolers = new FakePoolers(include);
        point(0);
        process = poolers.start(PLACE, mode);
    }

    @Override
    public PgBouncer open(Who who) {
        return poolers.open(PLACE, who != Who.LOOKER, who != Who.WRONG_PASSWORD);
    }

    @Override
    public Listening listening() {
        return poolers.listening(PLACE);
    }

    @Override
    public void point(int server) {
        try {
            Files.writeString(include, RealPoolerWorld.includeText(host(), port(server)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int port(int server) {
        return 5433 + server;
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public void kill() {
        poolers.kill(PLACE);
    }

    @Override
    public void start() {
        process = poolers.start(PLACE, mode);
    }

    @Override
    public void freeze(boolean stands) {
        process.freeze(stands);
    }

    @Override
    public Client connect(String database) {
        FakePgBouncer.Client client = process.connect(database);
        return new Client() {
            @Override
            public CompletableFuture<Integer> begin() {
                return client.begin();
            }

            @Override
            public void commit() {
                client.commit();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    @Override
    public void close() {
        kill();
    }
}
