/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.images.builder.Transferable;

/** A bare machine with Debian that has booted systemd. What it has on its disk it keeps over a reboot. */
public final class SystemdNode implements AutoCloseable {
    /** What all containers of one run have in common, for whoever removes those of a run that was killed. */
    public static final Map<String, String> LABELS =
            Map.of("io.drover.run", Objects.requireNonNullElse(System.getenv("DROVER_CONTAINER_RUN"), "none"));

    private static final Duration BOOT_LIMIT = Duration.ofMinutes(2);
    private static final int STOP_SECONDS = 60;
    private static final String RUNNING = "systemctl is-system-running --wait";
    /** Also with a unit that has failed: a machine that is found again may have one. */
    private static final String BOOTED = RUNNING + " | grep -E 'running|degraded'";

    private final Machine machine;
    private final String name;
    private final GenericContainer<?> container;

    private SystemdNode(Machine machine) {
        this.machine = machine;
        this.name = machine.name();
        this.container = new GenericContainer<>(image(machine.suite()))
                .withLabels(LABELS)
                .withTmpFs(Map.of("/run", "", "/run/lock", ""))
                .withFileSystemBind("/sys/fs/cgroup", "/sys/fs/cgroup", BindMode.READ_WRITE)
                // newer systemds boot on a host with the older kind of control groups only when they are told to
                .withEnv("SYSTEMD_PROC_CMDLINE", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1")
                .withCreateContainerCmdModifier(this::asMachine)
                .waitingFor(Wait.forSuccessfulCommand(machine.place() == null ? RUNNING : BOOTED))
                .withStartupTimeout(BOOT_LIMIT)
                // where the developer asks for it: the machine outlives the tests, which find it again
                .withReuse(machine.place() != null && "true".equals(System.getenv("TESTCONTAINERS_REUSE_ENABLE")));
        machine.files().forEach((path, content) -> container.withCopyToContainer(Transferable.of(content, 0600), path));
        if (machine.place() != null) {
            container.withNetwork(machine.place().network());
        }
    }

    /** Kept for the next test: only what is installed on top of it changes. */
    private static ImageFromDockerfile image(String suite) {
        return new ImageFromDockerfile("drover-test-node:" + suite, false)
                .withFileFromClasspath("Dockerfile", "io/drover/containers/node/Dockerfile")
                .withBuildArg("BASE", "debian:" + suite + "-slim");
    }

    /** What systemd needs, and no more: not every host can give all of --privileged. */
    private void asMachine(CreateContainerCmd command) {
        HostConfig host = Objects.requireNonNull(command.getHostConfig(), "the host configuration is null");
        host.withCapAdd(Capability.SYS_ADMIN, Capability.NET_ADMIN)
                .withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined"))
                .withCgroupnsMode("host");
        command.withHostName(name);
        if (machine.place() != null) {
            command.withName(Objects.requireNonNull(machine.containerName()))
                    .withIpv4Address(machine.place().address());
        }
    }

    /**
     * Boots a machine.
     *
     * @param suite a release of Debian, such as {@code bookworm}; the engine has or can pull its image {@code debian:SUITE-slim}
     * @param name the machine's own name
     */
    public static SystemdNode boot(String suite, String name) {
        return boot(new Machine(suite, name, null, Map.of()));
    }

    /** Boots a machine. */
    public static SystemdNode boot(Machine machine) {
        SystemdNode node = new SystemdNode(machine);
        node.container.start();
        return node;
    }

    /** The machine's own name. */
    public String name() {
        return name;
    }

    /** Cuts its power: no process has time for anything. What the kernel was given to write is on its disk afterwards. */
    public void cutPower() {
        client().killContainerCmd(id()).exec();
    }

    /** Whether it has power. */
    public boolean isOn() {
        return Boolean.TRUE.equals(
                client().inspectContainerCmd(id()).exec().getState().getRunning());
    }

    /** Gives it its power back; it boots. */
    public void givePower() {
        client().startContainerCmd(id()).exec();
    }

    /** Waits until it has booted. A unit that has failed is a matter of whoever looks at that unit. */
    public void awaitBooted() {
        await("it has booted", BOOT_LIMIT, BOOTED);
    }

    /** Freezes all of it, as the host of a virtual machine may. */
    public void freeze() {
        client().pauseContainerCmd(id()).exec();
    }

    /** Lets it go on. */
    public void thaw() {
        client().unpauseContainerCmd(id()).exec();
    }

    /** The number of its first process on the engine's host. */
    public long pid() {
        return Objects.requireNonNull(
                client().inspectContainerCmd(id()).exec().getState().getPidLong(), name + " does not run");
    }

    private DockerClient client() {
        return container.getDockerClient();
    }

    /** What the engine calls this very machine; another one of the same name has another. */
    public String id() {
        return container.getContainerId();
    }

    /** Shuts the machine down in order and boots it again. */
    public void reboot() {
        client().restartContainerCmd(id()).withTimeout(STOP_SECONDS).exec();
        await("it has booted", BOOT_LIMIT, RUNNING);
    }

    /**
     * Runs a script of bash as root, which ends at its first error.
     *
     * @return what it has printed to its standard output, without the last line's end
     * @throws IllegalStateException when it fails or takes longer than the limit
     */
    public String run(Duration limit, String script) {
        ExecResult result = execute(limit, "set -euo pipefail\n" + script);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException("%s ended with %s within %s on %s: %s%s"
                    .formatted(script, result.getExitCode(), limit, name, result.getStdout(), result.getStderr()));
        }
        return result.getStdout().stripTrailing();
    }

    /** Runs a script that takes no time. */
    public String run(String script) {
        return run(Duration.ofSeconds(30), script);
    }

    /** Whether a script that takes no time ends well. */
    public boolean succeeds(String script) {
        return execute(Duration.ofSeconds(30), script).getExitCode() == 0;
    }

    /**
     * Waits until a script ends well.
     *
     * @param what the sentence of a failure
     */
    public void await(String what, Duration limit, String script) {
        String attempts = "until out=$(bash -c \"$0\" 2>&1); do printf '%s\\n' \"$out\" >/tmp/awaited; sleep 0.2; done";
        ExecResult result = execute(limit, attempts, script);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException("%s did not come within %s that %s: %s"
                    .formatted(
                            name,
                            limit,
                            what,
                            execute(limit, "cat /tmp/awaited").getStdout()));
        }
    }

    private ExecResult execute(Duration limit, String... script) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "DEBIAN_FRONTEND=noninteractive",
                "timeout",
                "--kill-after=5",
                String.valueOf(limit.toSeconds()),
                "bash",
                "-c"));
        command.addAll(List.of(script));
        try {
            return container.execInContainer(StandardCharsets.UTF_8, command.toArray(String[]::new));
        } catch (IOException e) {
            throw new IllegalStateException("cannot run anything on " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted beside " + name, e);
        }
    }

    /** Writes a file that only its owner may read. */
    public void write(String path, String owner, String content) {
        container.copyFileToContainer(Transferable.of(content, 0600), path);
        run("chown '%1$s:' '%2$s'".formatted(owner, path));
    }

    /** Puts a file of this machine there. */
    public void copy(Path file, String path) throws IOException {
        container.copyFileToContainer(Transferable.of(Files.readAllBytes(file), 0644), path);
    }

    /** Copies a file or a directory with all that is in it from there, also while the machine has no power. */
    public void copyOut(String path, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (InputStream tar = client().copyArchiveFromContainerCmd(id(), path).exec()) {
            Process unpack = new ProcessBuilder("tar", "-x", "-C", directory.toString())
                    .redirectErrorStream(true)
                    .start();
            try (OutputStream in = unpack.getOutputStream()) {
                tar.transferTo(in);
            }
            if (unpack.waitFor() != 0) {
                throw new IOException("cannot unpack %s of %s: %s"
                        .formatted(
                                path,
                                name,
                                new String(unpack.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while copying from " + name, e);
        }
    }

    /** Keeps the log of all units in a directory of this machine. */
    public void saveJournal(Path directory) throws IOException {
        Files.writeString(
                Files.createDirectories(directory).resolve(name + ".journal"),
                run("journalctl --no-pager --output=short-precise"));
    }

    @Override
    public void close() {
        container.close();
    }
}
