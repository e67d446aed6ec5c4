/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A cluster as Debian's tools make it: its configuration in {@code /etc/postgresql/version/name}, with a file that says whether it is
 * started at boot.
 */
record DebianCluster(Path configuration, String version, String name) {
    /** It is started at boot; also what an absent file means. */
    static final String AUTO = "auto";

    /** It is started on order only. */
    static final String MANUAL = "manual";

    private static final Path ROOT = Path.of("/etc/postgresql");
    private static final Pattern CONFIG_FILE = Pattern.compile("(?:--)?config_file=(/.+)/postgresql\\.conf");
    private static final Path LOGS = Path.of("/var/log/postgresql");

    /** The one that a server was started as, which its arguments tell; empty when it is none. */
    static Optional<DebianCluster> of(List<String> argv) {
        return of(argv, ROOT);
    }

    static Optional<DebianCluster> of(List<String> argv, Path root) {
        return argv.stream()
                .map(CONFIG_FILE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Path.of(matcher.group(1)))
                .filter(directory -> directory.startsWith(root) && directory.getNameCount() == root.getNameCount() + 2)
                .map(directory -> new DebianCluster(
                        directory,
                        directory.getName(root.getNameCount()).toString(),
                        directory.getName(root.getNameCount() + 1).toString()))
                .reduce((first, last) -> last);
    }

    /** Its unit, where systemd runs it. */
    String unit() {
        return "postgresql@" + version + "-" + name + ".service";
    }

    /** As Debian's tools name it. */
    ServiceName service() {
        return new ServiceName(ServiceName.Kind.PG_CTLCLUSTER, version + "/" + name);
    }

    /** What its server prints; {@code log} in its configuration leads there when it lies elsewhere. */
    Path logFile() {
        Path link = configuration.resolve("log");
        return Files.exists(link) ? link : LOGS.resolve("postgresql-" + version + "-" + name + ".log");
    }

    /** Whether and how it may be started: auto, manual or disabled. */
    String startMode() {
        Path file = startFile();
        if (!Files.exists(file)) {
            return AUTO;
        }
        return DurableFiles.read(file)
                .lines()
                .map(DebianCluster::withoutComment)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse(AUTO);
    }

    /**
     * That Drover can decide when it is started.
     *
     * @throws DroverException STATE_CONFLICT when it may never be started, or would go on to start at boot
     */
    void requireStartMode() {
        Path file = startFile();
        String mode = startMode();
        boolean writable = Files.isWritable(configuration) && (!Files.exists(file) || Files.isWritable(file));
        if (mode.equals(MANUAL) || mode.equals(AUTO) && writable) {
            return;
        }
        throw new DroverException(
                ErrorCode.STATE_CONFLICT,
                file + " says " + mode
                        + (mode.equals(AUTO)
                                ? ", and this agent must not write to it: after a move the cluster would start at boot without a grant"
                                : ": the agent could not start it again")
                        + "; nothing was done",
                "write " + MANUAL + " into it");
    }

    /** Changes that, and nothing else in the file. */
    void startMode(String mode) {
        Path file = startFile();
        if (startMode().equals(mode)) {
            return;
        }
        String before = Files.exists(file) ? DurableFiles.read(file) : "";
        String comments = before.lines()
                .filter(line -> withoutComment(line).isEmpty())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        DurableFiles.replace(file, comments + mode + "\n", "rw-r--r--");
    }

    private Path startFile() {
        return configuration.resolve("start.conf");
    }

    private static String withoutComment(String line) {
        int comment = line.indexOf('#');
        return (comment < 0 ? line : line.substring(0, comment)).strip();
    }
}
