/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.NodeReport;
import io.drover.replication.LibC;
import io.drover.replication.ProcessTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Facts about the node itself: versions, disk, directories, ports, other managers of PostgreSQL. */
final class NodeFacts {
    private static final Pattern ICU = Pattern.compile("libicui18n\\.so\\.([0-9.]+)");
    /** Programs that start, stop or promote PostgreSQL by themselves (H20). */
    private static final List<String> MANAGERS =
            List.of("patroni", "repmgrd", "pg_autoctl", "stolon-keeper", "pgconsul", "pacemakerd", "efm");

    private static final List<String> LEFT = List.of(".staging-", ".rewinding-", ".set-aside-");

    private final NodeTools tools;
    private final int serverVersion;
    private final String icuVersion;

    NodeFacts(NodeTools tools) {
        this.tools = tools;
        this.serverVersion = tools.binaries().version();
        this.icuVersion = icuVersion(Path.of(tools.binaries().tool("postgres")));
    }

    NodeReport report(List<InstanceReport> instances) {
        try {
            FileStore disk = Files.getFileStore(tools.dataRoot());
            return new NodeReport(
                    tools.node(),
                    tools.host(),
                    System.getProperty("os.arch"),
                    LibC.version(),
                    icuVersion,
                    serverVersion,
                    tools.dataRoot().toString(),
                    disk.getUsableSpace(),
                    disk.getTotalSpace(),
                    foreignManagers(),
                    instances);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.INTERNAL, "the file system of " + tools.dataRoot() + " cannot be asked: " + e, null, e);
        }
    }

    private static List<String> foreignManagers() {
        return ProcessTable.all().stream()
                .map(ProcessTable::argv)
                .flatMap(argv -> MANAGERS.stream().filter(manager -> runs(argv, manager)))
                .distinct()
                .toList();
    }

    /** A manager is the program itself or the script that an interpreter runs. */
    private static boolean runs(List<String> argv, String manager) {
        return argv.stream()
                .limit(2)
                .map(argument -> argument.substring(argument.lastIndexOf('/') + 1))
                .anyMatch(manager::equals);
    }

    /** Version of the ICU library that a program is linked with; empty without one. The name of the library's file tells it. */
    private static String icuVersion(Path program) {
        try {
            Matcher linked = ICU.matcher(new String(Files.readAllBytes(program), StandardCharsets.ISO_8859_1));
            if (!linked.find()) {
                return "";
            }
            String library = linked.group();
            Matcher exact = ICU.matcher(libraryFile(library).map(Path::toString).orElse(library));
            return exact.find() ? exact.group(1) : linked.group(1);
        } catch (IOException e) {
            return "";
        }
    }

    private static Optional<Path> libraryFile(String name) throws IOException {
        try (Stream<Path> directories = Files.list(Path.of("/usr/lib"))) {
            List<Path> found = Stream.concat(Stream.of(Path.of("/usr/lib"), Path.of("/usr/lib64")), directories)
                    .map(directory -> directory.resolve(name))
                    .filter(Files::exists)
                    .toList();
            return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0).toRealPath());
        }
    }

    /** Whether nothing listens on the port at the node's address. */
    boolean isPortFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(tools.host()), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** {@code absent}, {@code empty}, or what is in the way. */
    static String stateOf(Path dataDir) {
        if (!Files.exists(dataDir)) {
            return "absent";
        }
        try (Stream<Path> entries = Files.list(dataDir)) {
            if (entries.findAny().isEmpty()) {
                return "empty";
            }
        } catch (IOException e) {
            return dataDir + " cannot be read: " + e.getMessage();
        }
        return Files.exists(dataDir.resolve("PG_VERSION"))
                ? dataDir + " holds a data directory"
                : dataDir + " is not empty";
    }

    /** The same of a place for a copy, which is renamed to that name. */
    static String stateOfPlace(Path dataDir) {
        return Files.isSymbolicLink(dataDir) ? dataDir + " is a link" : stateOf(dataDir);
    }

    /** Whether nothing lies there. */
    static boolean isFree(Path dataDir) {
        String state = stateOf(dataDir);
        return state.equals("absent") || state.equals("empty");
    }

    /** Directories that do not exist here or are not empty. */
    static List<String> missing(List<String> directories) {
        return directories.stream()
                .filter(directory -> !stateOf(Path.of(directory)).equals("empty"))
                .toList();
    }

    /** Directories that earlier moves have left beside data directories; copies that were set aside among them. */
    static List<String> leftovers(List<Path> dataDirs) {
        return dataDirs.stream()
                .distinct()
                .flatMap(dataDir -> leftovers(dataDir).stream())
                .toList();
    }

    private static List<String> leftovers(Path dataDir) {
        Path parent = dataDir.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return List.of();
        }
        String name = String.valueOf(dataDir.getFileName());
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.map(Path::toString)
                    .filter(entry -> LEFT.stream().anyMatch(kind -> entry.contains(name + kind)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of(parent + " cannot be read: " + e.getMessage());
        }
    }
}
