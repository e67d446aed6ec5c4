/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A unit of systemd that runs a server. A file has to be there before the unit may be started, which only the agent makes, and only for
 * the moment: so nothing else starts an instance of Drover's, neither at boot nor by hand (rule R7, hazard H56).
 */
record SystemdUnit(String name, Path gates) {
    private static final Path PROGRAM = Path.of("/usr/bin/systemctl");
    private static final Path BOOTED = Path.of("/run/systemd/system");
    private static final Path GATES = Path.of("/run/postgresql");
    /** The gates that this agent has open because a start is under way. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private static final Logger LOG = LoggerFactory.getLogger(SystemdUnit.class);
    private static final String ASSERTS = "AssertPathExists";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Pattern IN_UNIT =
            Pattern.compile("(?m)^\\d+:(?:name=systemd)?:.*/system\\.slice/(?:.*/)?([^/\n]+\\.service)$");
    /** What the unit needs beside what its package says, for people. */
    private static final String HOWTO = "put /etc/systemd/system/%s.d/drover.conf there as docs/adopting.md says"
            + " (AssertPathExists=%s, KillMode=mixed), then systemctl daemon-reload; PostgreSQL goes on running";

    SystemdUnit(String name) {
        this(name, GATES);
    }

    static boolean booted() {
        return Files.isDirectory(BOOTED) && Files.isExecutable(PROGRAM);
    }

    /** The unit whose main process it is; empty when it was started by anything else. */
    static Optional<SystemdUnit> of(int pid) {
        if (!booted()) {
            return Optional.empty();
        }
        return named(cgroup(pid))
                .map(SystemdUnit::new)
                .filter(unit -> Integer.toString(pid).equals(unit.properties().get("MainPID")));
    }

    /** The unit that a process's cgroups name. */
    static Optional<String> named(String cgroup) {
        Matcher matcher = IN_UNIT.matcher(cgroup);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static String cgroup(int pid) {
        Path file = Path.of("/proc/" + pid + "/cgroup");
        return Files.isReadable(file) ? DurableFiles.read(file) : "";
    }

    /** The file without which it is not started. */
    Path gate() {
        return gates.resolve(name + ".drover-start");
    }

    ServiceName service() {
        return new ServiceName(ServiceName.Kind.SYSTEMD, name);
    }

    /**
     * Whether it may be left to the agent: it does not start the server by itself, does not let what a seal holds go on, and is started on
     * the agent's order.
     *
     * @throws DroverException STATE_CONFLICT with what is to be done
     */
    void requireUsable() {
        String wrong = wrong(properties());
        if (!wrong.isEmpty()) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    name + " runs the server, and cannot be left to Drover as it is: " + wrong + "; nothing was done",
                    HOWTO.formatted(name, gate()));
        }
        // it runs, so this only asks for the permission
        Commands.Result allowed = systemctl(LIMIT, "--no-ask-password", "start", name);
        if (allowed.exitCode() != 0) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    name + " runs the server, and this agent may not start it: " + Commands.lastLines(allowed.stderr())
                            + "; nothing was done",
                    "let it, with the rule for polkit in docs/adopting.md");
        }
    }

    /** What is wrong with the unit as it is loaded; empty when nothing is. */
    String wrong(Map<String, String> properties) {
        if (!properties.getOrDefault("NeedDaemonReload", "no").equals("no")) {
            return "its files have changed since systemd has read them";
        }
        if (!properties.getOrDefault("Restart", "").equals("no")) {
            return "it starts the server again by itself (Restart=" + properties.get("Restart") + ")";
        }
        // of a server whose postmaster was killed it would let the held sessions go on, with a SIGCONT behind its
        // SIGTERM
        if (!List.of("mixed", "process", "none").contains(properties.getOrDefault("KillMode", ""))) {
            return "KillMode=" + properties.get("KillMode") + " lets sessions go on that a seal holds";
        }
        return isGated(properties) ? "" : "anybody may start it: it does not ask for " + gate();
    }

    private boolean isGated(Map<String, String> properties) {
        return properties.getOrDefault(ASSERTS, "").lines().anyMatch(path -> path.equals(gate().toString()));
    }

    /** Whether it would be started at boot, or by anybody; empty when only the agent starts it. */
    String startedByOthers() {
        if (isLeftOpen()) {
            return name + " can be started by others: " + gate() + " lies there, and no start is under way";
        }
        Map<String, String> properties = properties();
        return isGated(properties) && properties.getOrDefault("Restart", "").equals("no")
                ? ""
                : name + " can be started by others: " + wrong(properties);
    }

    private Map<String, String> properties() {
        Commands.Result shown = systemctl(LIMIT, "show", "--property=MainPID,KillMode,Restart,NeedDaemonReload", name);
        Map<String, String> properties = new LinkedHashMap<>();
        shown.stdout()
                .lines()
                .filter(line -> line.indexOf('=') > 0)
                .forEach(line -> properties.merge(
                        line.substring(0, line.indexOf('=')),
                        line.substring(line.indexOf('=') + 1),
                        (one, other) -> one + "\n" + other));
        // systemctl show cannot print them
        properties.put(
                ASSERTS,
                String.join("\n", asserted(systemctl(LIMIT, "cat", name).stdout())));
        return properties;
    }

    /** The files that have to be there, by the unit's own files; an empty assignment takes back those before it. */
    static List<String> asserted(String files) {
        List<String> paths = new ArrayList<>();
        files.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(ASSERTS + "="))
                .map(line -> line.substring(ASSERTS.length() + 1).strip())
                .forEach(path -> {
                    if (path.isEmpty()) {
                        paths.clear();
                    } else {
                        paths.add(path);
                    }
                });
        return paths;
    }

    /** Opens the gate, has it started, closes the gate. What is left of an earlier run systemd has ended first. */
    Commands.Result start(Duration limit) {
        return whileOpen(() -> systemctl(limit, "--no-ask-password", "start", name));
    }

    /** Has something done while the unit may be started. */
    <T> T whileOpen(Supplier<T> body) {
        OPEN.add(gate());
        try {
            DurableFiles.replace(gate(), "Drover's agent starts this unit\n");
            return body.get();
        } finally {
            close();
        }
    }

    private void close() {
        try {
            DurableFiles.delete(gate());
        } finally {
            // one that could not be deleted is left open from here on, is told and is tried again
            OPEN.remove(gate());
        }
    }

    /** Whether anybody may start it although nothing of this agent's has it started. */
    private boolean isLeftOpen() {
        return Files.exists(gate()) && !OPEN.contains(gate());
    }

    /** Closes the gate that an agent has left open which was killed during a start; one that is in use stays. */
    void closeLeftGate() {
        if (!isLeftOpen()) {
            return;
        }
        try {
            if (DurableFiles.delete(gate())) {
                LOG.warn("{} was left of a start that broke off, and is removed: anybody could start {}", gate(), name);
            }
        } catch (DroverException e) {
            // the preflight tells of it, too; what else the agent looks after must not wait for it
            LOG.error("anybody can start {}: {}", name, e.getMessage());
        }
    }

    /** Called when its server was stopped on purpose, until it answers that nothing is left to do. */
    boolean forgetEnd() {
        return new UnitEnd(name, arguments -> systemctl(LIMIT, arguments.toArray(String[]::new))).forget();
    }

    private static Commands.Result systemctl(Duration limit, String... arguments) {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        command.addAll(List.of(arguments));
        return Commands.attempt(command, Map.of(), limit);
    }
}
