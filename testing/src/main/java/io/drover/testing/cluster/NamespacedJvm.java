/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Starts Java programs in a member's network namespace: production's jars as they are, and this module's classes behind them. */
final class NamespacedJvm {
    private static final String CLASSES = "testing";

    private final ClusterNetwork network;
    private final Path directory;
    private final OsUser user;

    NamespacedJvm(ClusterNetwork network, Path directory, OsUser user) {
        this.network = network;
        this.directory = directory;
        this.user = user;
    }

    /** Copies this module's jar to where PostgreSQL's user can read it. */
    static void prepare(Path projectRoot, Path directory, OsUser user) {
        Path target = projectRoot.resolve("testing/target");
        user.directory(directory.resolve(CLASSES), "rwxr-xr-x");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "drover-testing-*.jar")) {
            Iterator<Path> found = jars.iterator();
            if (!found.hasNext()) {
                throw new IllegalStateException(
                        "the project is not built: " + target + " holds no drover-testing-*.jar");
            }
            Path jar = found.next();
            user.own(Files.copy(jar, directory.resolve(CLASSES).resolve(jar.getFileName())), "rw-r--r--");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy the classes of " + target, e);
        }
    }

    /**
     * The command.
     *
     * @param asOwner run as PostgreSQL's user
     * @param options of the JVM
     * @param arguments the main class and its arguments
     */
    List<String> command(String member, boolean asOwner, List<String> options, List<String> arguments) {
        Path temporary = directory.resolve("tmp");
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx256m",
                "-Dfile.encoding=UTF-8",
                "-Djava.io.tmpdir=" + temporary,
                "-Djna.tmpdir=" + temporary));
        java.addAll(options);
        java.add("-cp");
        java.add(String.join(File.pathSeparator, directory.resolve("lib") + "/*", directory.resolve(CLASSES) + "/*"));
        java.addAll(arguments);
        // PostgreSQL's programs want a working directory that they may enter
        List<String> whole = new ArrayList<>(List.of("env", "-C", temporary.toString()));
        whole.addAll(network.inside(member, asOwner ? user.command(java) : java));
        return whole;
    }
}
