/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Reports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The postmaster of a data directory: finds, starts and stops it. A start goes through {@code pg_ctl}, which gives the server
 * its own session, so it outlives this process, or through the service manager that an adopted one was found under. Stopped is what the process table and the control file say (hazard H62).
 */
public final class Postmaster {
    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
    private static final Duration POLL = Duration.ofMillis(1);
    private static final Duration REAP = Duration.ofSeconds(1);
    private static final Duration LEAVE = Duration.ofSeconds(5);
    private static final int LOG_TAIL = 4000;

    private final PostgresBinaries binaries;
    private final Path dataDir;

    /** For one data directory; it need not exist yet. */
    public Postmaster(PostgresBinaries binaries, Path dataDir) {
        this.binaries = binaries;
        this.dataDir = dataDir;
    }

    /**
     * A process, named for good.
     *
     * @param startTicks start time in clock ticks since boot
     */
    public record Running(int pid, long startTicks) {
        /** Whether that very process lives still. */
        public boolean alive() {
            return ProcessTable.alive(pid) && ProcessTable.startTicks(pid) == startTicks;
        }
    }

    /** The live postmaster: not fooled by a stale postmaster.pid, by another process with its pid, or by one past its end. */
    public Optional<Running> find() {
        Optional<Integer> recorded = recordedPid();
        if (recorded.isEmpty()
                || !ProcessTable.isServerIn(recorded.orElseThrow(), dataDir)
                || !ProcessTable.canAct(recorded.orElseThrow())) {
            return Optional.empty();
        }
        int pid = recorded.orElseThrow();
        long ticks = ProcessTable.startTicks(pid);
        return ticks == 0 ? Optional.empty() : Optional.of(new Running(pid, ticks));
    }

    /** Whether no PostgreSQL process is left in the data directory, not even one that the kernel still takes apart. */
    public boolean stopped() {
        return find().isEmpty() && left().isEmpty();
    }

    /**
     * What is left of the server. The directory that a process works in is taken from it before it lets go of its sockets, and before it
     * stops answering to signals, which is what a start asks of the process in the lock file: that one counts to its very end.
     */
    private List<Integer> left() {
        List<Integer> left = new ArrayList<>(Files.exists(dataDir) ? ProcessTable.serversIn(dataDir) : List.of());
        recordedPid()
                .filter(pid -> !ProcessTable.canAct(pid) && ProcessTable.alive(pid) && !left.contains(pid))
                .ifPresent(left::add);
        return left;
    }

    /** The argument vector of the running postmaster, for a later {@link #startAs}; empty when it does not run. */
    public List<String> argv() {
        return find().map(running -> ProcessTable.argv(running.pid())).orElse(List.of());
    }

    /**
     * Starts with a settings file outside the data directory. Returns when connections are accepted; does nothing when it
     * runs already.
     *
     * @param logFile what the server prints is appended to it
     * @throws DroverException POSTGRES_FAILED with the end of the log; TIMEOUT when it runs and is not consistent at the limit: a
     *     repeat finds it running
     */
    public Running start(Path configFile, Path logFile, Duration limit) {
        return startWith(List.of("-c", "config_file=" + configFile), logFile, limit);
    }

    /**
     * The same with the argument vector of an earlier start.
     *
     * @param argv program name first
     */
    public Running startAs(List<String> argv, Path logFile, Duration limit) {
        List<String> options = new ArrayList<>();
        for (int i = 1; i < argv.size(); i++) {
            if (argv.get(i).equals("-D")) {
                i++;
            } else if (!argv.get(i).startsWith("-D")) {
                options.add(argv.get(i));
            }
        }
        return startWith(options, logFile, limit);
    }

    /**
     * Ends what a seal holds of the server. Sessions in the middle of a statement come first and at once: their clients wait for an
     * answer, and only their end tells them to go elsewhere. The others follow one by one and with what nobody else wants of the
     * processors: the next primary may run here too. The postmaster itself keeps its priority: a child that it
     * was about to fork when it was frozen must not live longer than it takes to see the stop.
     *
     * @param limit for going one by one; then all that are left are ended at once
     */
    public void endHeldGently(Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        find().map(Running::pid).filter(PostmasterDoor::held).ifPresent(pid -> {
            int[] children = ProcessTable.children(pid);
            Arrays.stream(children).filter(SessionHold::isBusy).forEach(SessionHold::kill);
            Arrays.stream(children).forEach(Priority::lowest);
            for (int child : children) {
                if (SessionHold.kill(child)) {
                    Waiting.until(waiting.left(), POLL, () -> !ProcessTable.alive(child));
                }
            }
        });
    }

    /**
     * Stops the server, also when its postmaster is frozen, and proves it. Does nothing more when it is stopped already.
     *
     * @throws DroverException TIMEOUT when a process is left at the limit
     */
    public void stop(Reports.StopMode mode, Duration limit) {
        Waiting waiting = Waiting.upTo(limit);
        Optional<Running> running = find();
        if (running.isPresent()) {
            int pid = running.orElseThrow().pid();
            boolean held = PostmasterDoor.held(pid);
            if (mode == Reports.StopMode.IMMEDIATE || held && mode == Reports.StopMode.FAST) {
                // what a seal holds must not go on when the server ends; and what stands still does not see that it is
                // to end
                Arrays.stream(ProcessTable.children(pid)).forEach(SessionHold::kill);
            }
            (mode == Reports.StopMode.IMMEDIATE ? Signals.QUIT : Signals.INT).send(pid);
            if (held && mode == Reports.StopMode.CLEAN) {
                // a killed one would be a crash, behind which there is no checkpoint
                SessionHold.end(pid);
            }
            // A frozen postmaster takes the pending signal when it goes on. A child that it was about to fork is forked
            // first,
            // and stopped with the others.
            Signals.CONT.send(pid);
            while (running.orElseThrow().alive()) {
                checkLimit(waiting, limit);
                waiting.pause(POLL);
            }
        }
        while (!left().isEmpty()) {
            endHeldOrphans();
            checkLimit(waiting, limit);
            waiting.pause(POLL);
        }
    }

    /** Whether a seal still holds the server, or what is left of it: a stop that was ordered has not come to its end. */
    public boolean isHeld() {
        Optional<Running> running = find();
        return running.isPresent()
                ? PostmasterDoor.held(running.orElseThrow().pid())
                : ProcessTable.serversIn(dataDir).stream().anyMatch(pid -> ProcessTable.state(pid) == 'T');
    }

    /**
     * Ends what a seal holds of a server whose postmaster is dead. The others end by themselves when they see that; these are
     * stopped and see nothing.
     */
    public void endHeldOrphans() {
        if (find().isEmpty()) {
            ProcessTable.serversIn(dataDir).forEach(SessionHold::kill);
        }
    }

    /**
     * Ends every process of the server where it stands. Returns when none can act any more; {@link #stop} waits until the last is gone.
     * Does nothing when there is none.
     *
     * @throws DroverException TIMEOUT when one can still act at the limit; SEAL_FAILED when its postmaster is not seen frozen by then
     */
    void halt(Duration limit) {
        new ServerHalt(this, dataDir, limit).run();
    }

    void checkLimit(Waiting waiting, Duration limit) {
        if (waiting.isOver()) {
            String left = left().stream()
                    .map(pid -> pid + " '" + ProcessTable.title(pid) + "'")
                    .collect(Collectors.joining(", "));
            throw new DroverException(
                    ErrorCode.TIMEOUT,
                    "the server in " + dataDir + " did not stop within " + limit.toMillis() + " ms; left: " + left);
        }
    }

    private Running startWith(List<String> options, Path logFile, Duration limit) {
        return start(new PgCtlStart(binaries, dataDir, options, logFile), limit);
    }

    /**
     * Starts it through somebody else. Returns when connections are accepted; does nothing when it runs already.
     *
     * @throws DroverException as {@link #start(Path, Path, Duration)}
     */
    Running start(ServerStart starter, Duration limit) {
        Optional<Running> running = find();
        if (running.isPresent()) {
            return running.orElseThrow();
        }
        Waiting waiting = Waiting.upTo(limit);
        // those that were halted have the shared memory in use until the kernel is done with them
        Waiting.until(limit.compareTo(LEAVE) < 0 ? limit : LEAVE, POLL, () -> left().isEmpty());
        List<Integer> orphans = left();
        if (!orphans.isEmpty()) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "the server in " + dataDir + " is not started, because processes of an earlier one are left: "
                            + orphans,
                    "end these processes; their postmaster was killed");
        }
        clearLocksOfZombie();
        Commands.Result result = starter.order(waiting.left());
        if (result.exitCode() != 0) {
            throw notStarted(starter.logFile(), result, limit);
        }
        LOG.info("started the server in {}", dataDir);
        return find().orElseThrow(() -> new DroverException(
                ErrorCode.POSTGRES_FAILED, "the server in " + dataDir + " ended right after its start"));
    }

    private DroverException notStarted(Path logFile, Commands.Result result, Duration limit) {
        String end = Commands.lastLines(tail(logFile));
        if (find().isPresent()) {
            return new DroverException(
                    ErrorCode.TIMEOUT,
                    "the server in " + dataDir + " runs, but took no connections within " + limit.toSeconds()
                            + " s: it still recovers",
                    "wait; the end of " + logFile + ": " + end);
        }
        return new DroverException(
                Storage.codeOf(result.stderr() + end),
                "the server in " + dataDir + " did not start: " + Commands.lastLines(result.stderr()),
                "the end of " + logFile + ": " + end);
    }

    /**
     * A killed postmaster that nobody has reaped yet still answers to signal 0, so its lock files would stop the next start;
     * in a container without a reaping init for ever.
     */
    private void clearLocksOfZombie() {
        Optional<Integer> recorded = recordedPid();
        if (recorded.isEmpty() || ProcessTable.canAct(recorded.orElseThrow())) {
            return;
        }
        int pid = recorded.orElseThrow();
        boolean reaped = Waiting.until(REAP, POLL, () -> !Signals.exists(pid));
        if (!reaped && ProcessTable.state(pid) == 'Z' && stopped()) {
            LOG.warn("removing the lock files of postmaster {} in {}, which is dead and not reaped", pid, dataDir);
            PostmasterFile.socketLock(dataDir)
                    .filter(lock -> PostmasterFile.pidIn(lock).equals(recorded))
                    .ifPresent(DurableFiles::delete);
            DurableFiles.delete(dataDir.resolve("postmaster.pid"));
        }
    }

    private Optional<Integer> recordedPid() {
        return PostmasterFile.pidIn(dataDir.resolve("postmaster.pid"));
    }

    private static String tail(Path file) {
        try {
            // the file may be larger than the memory
            ByteBuffer end = ByteBuffer.allocate(LOG_TAIL);
            try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                channel.position(Math.max(0, channel.size() - LOG_TAIL));
                while (end.hasRemaining() && channel.read(end) >= 0) {
                    // until there is no more
                }
            }
            return new String(end.array(), 0, end.position(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
