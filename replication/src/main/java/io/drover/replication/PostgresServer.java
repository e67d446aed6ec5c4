/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.agent.Facts;
import io.drover.api.agent.Reports.StopMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One server: its postmaster, its sessions, and its files. Every call may be repeated. */
public interface PostgresServer {
    /** Process id of the live postmaster. */
    OptionalInt postmaster();

    /** Whether its postmaster lives and is not frozen: a held one would let who logs in wait. */
    boolean takesLogins();

    /**
     * Whether it is a primary that runs, has recovered and is neither frozen nor about to stop. Told from its processes and files: no
     * session is asked, so that nothing can let the caller wait, and a server whose connections are all in use is none that is away.
     */
    boolean takesWrites();

    /** Whether a seal still holds the server, or what is left of it: a stop that was ordered has not come to its end. */
    boolean isHeld();

    /** Whether no process works in the data directory. */
    boolean stopped();

    /** The argument vector of the running postmaster, program name first; empty when it does not run. */
    List<String> argv();

    /**
     * Under which service manager the running server is, and will be started again; empty when the agent starts it itself.
     *
     * @throws io.drover.api.DroverException STATE_CONFLICT when that one cannot be left to the agent
     */
    default Optional<ServiceName> service() {
        return Optional.empty();
    }

    /** How far what made it starts it at boot: auto, manual or disabled; empty when there is nothing that does. */
    default Optional<String> startMode() {
        return Optional.empty();
    }

    /** Changes that. */
    default void startMode(String mode) {
        throw new IllegalStateException("BUG: nothing but the agent starts this server, in mode " + mode + " neither");
    }

    /**
     * Makes the instance with its roles and its database, and leaves it running; goes on where it was.
     *
     * @return its control file
     */
    ControlData initialize(String database, Duration limit);

    /**
     * Starts it the way it is started here; returns when it takes connections.
     *
     * @throws io.drover.api.DroverException POSTGRES_FAILED; TIMEOUT when it runs and is not consistent at the limit
     */
    void start(Duration limit);

    /**
     * Stops it, also when its postmaster is frozen, and proves it.
     *
     * @throws io.drover.api.DroverException TIMEOUT when a process is left at the limit
     */
    void stop(StopMode mode, Duration limit);

    /**
     * Ends every process of the server where it stands, also when its postmaster is frozen or dead, and returns when none of them can
     * act any more. Some may be there until {@link #stop} proves that they are gone, or {@link #start} has waited for it.
     *
     * @throws io.drover.api.DroverException TIMEOUT when one can still act at the limit; SEAL_FAILED when its postmaster cannot be held
     */
    void halt(Duration limit);

    /** Runs the code of {@link #halt} without its effect, so that the pause finds it loaded. */
    void rehearseHalt();

    /** Has a running server load its settings; one that stands still does so when it goes on. */
    void reload();

    /** Ends what a seal holds of the server one by one, with what nobody else wants of the processors. */
    void endHeldGently(Duration limit);

    /** Ends what a seal holds of a server whose postmaster is dead. */
    void endHeldOrphans();

    /** The processes of the postmaster, for a seal. */
    ServerProcesses processes(int postmasterPid);

    /**
     * Logs in as the superuser, to the database that every instance has.
     *
     * @throws io.drover.api.DroverException POSTGRES_UNREACHABLE
     */
    PostgresSession connect();

    /** The same to another database. */
    PostgresSession connect(String database);

    /** The same with a limit of its own for a statement's answer. */
    PostgresSession connect(String database, Duration answerLimit);

    /** Proves in new sessions that a value is in force. */
    void awaitVisible(ManagedSetting setting, String value, Duration limit);

    /** Rows by {@code database.schema.table}, in all databases. */
    Map<String, Long> countRows(Duration limit);

    /**
     * What the preflight wants to know.
     *
     * @param leftovers of earlier moves, as the agent knows them
     * @param journaled names of the settings that the agent knows how to put back
     */
    Facts.InstanceFacts facts(List<String> leftovers, Set<String> journaled);

    /** What is done to its files. */
    ServerFiles files();
}
