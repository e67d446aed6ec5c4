/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.pgbouncer.Poolers;
import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PgBouncerPlace.Listening;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** PgBouncer processes in memory, each with its own console, that read one include file from a real disk. */
public final class FakePoolers implements Poolers {
    private final Map<PgBouncerPlace, FakePgBouncer> processes = new ConcurrentHashMap<>();
    private final Path include;

    public FakePoolers(Path include) {
        this.include = include;
    }

    /** Starts a process there, which knows nothing of one before it. */
    public FakePgBouncer start(PgBouncerPlace place, String mode) {
        FakePgBouncer process = new FakePgBouncer(place, include, mode);
        processes.put(place, process);
        return process;
    }

    /** Ends the process there, with all its connections. */
    public void kill(PgBouncerPlace place) {
        FakePgBouncer process = processes.remove(place);
        if (process != null) {
            process.die();
        }
    }

    /** Logs in with an admin's right password. */
    @Override
    public PgBouncer open(PgBouncerPlace place) {
        return open(place, true, true);
    }

    /** Logs in as one who may look only, or with a wrong password. */
    public PgBouncer open(PgBouncerPlace place, boolean admin, boolean rightPassword) {
        FakePgBouncer process = processes.get(place);
        if (process == null || process.isFrozen()) {
            throw new DroverException(ErrorCode.POSTGRES_UNREACHABLE, "PgBouncer at " + place + " does not answer");
        }
        if (!rightPassword) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED, "PgBouncer's console at " + place + " refuses the login: password");
        }
        return new FakePgBouncerConsole(process, admin);
    }

    /** One that is frozen still listens: its kernel takes the connection. */
    @Override
    public Listening listening(PgBouncerPlace place) {
        return processes.containsKey(place) ? Listening.YES : Listening.NO;
    }

    @Override
    public boolean isSame(String address, String host) {
        return address.equals(host);
    }
}
