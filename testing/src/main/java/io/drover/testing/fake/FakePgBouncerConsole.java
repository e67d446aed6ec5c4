/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.replication.PgBouncer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A login to the console of a process in memory. */
final class FakePgBouncerConsole implements PgBouncer {
    private final FakePgBouncer process;
    private final boolean admin;
    private boolean closed;

    FakePgBouncerConsole(FakePgBouncer process, boolean admin) {
        this.process = process;
        this.admin = admin;
    }

    private FakePgBouncer answering() {
        if (closed || process.isDead() || process.isFrozen()) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE, "PgBouncer at " + process.place() + " does not answer");
        }
        return process;
    }

    private FakePgBouncer obeying() {
        FakePgBouncer obeys = answering();
        if (!admin) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "admin access needed");
        }
        return obeys;
    }

    private FakePgBouncer obeyingFor(String name) {
        FakePgBouncer obeys = obeying();
        if (obeys.database(name).isEmpty()) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "no such database: " + name);
        }
        return obeys;
    }

    @Override
    public String version() {
        answering();
        return "1.18.0";
    }

    @Override
    public Map<String, String> settings() {
        return answering().settings();
    }

    @Override
    public boolean mayAdminister() {
        answering();
        return admin;
    }

    @Override
    public Optional<Database> database(String name) {
        return answering().database(name);
    }

    @Override
    public Pools pools(String name) {
        return answering().pools(name);
    }

    @Override
    public List<Link> links(String name) {
        return answering().links(name);
    }

    @Override
    public void prepare() {
        answering();
    }

    /** Its answer is not waited for, and a refusal is seen by what does not happen. */
    @Override
    public void pause(String name) {
        FakePgBouncer process = answering();
        if (admin && process.database(name).isPresent()) {
            process.pause(name);
        }
    }

    @Override
    public void resume(String name) {
        obeyingFor(name).resume(name);
    }

    @Override
    public void reload() {
        obeying().reload();
    }

    @Override
    public void kill(String name) {
        obeyingFor(name).kill(name);
    }

    @Override
    public void close() {
        closed = true;
    }
}
