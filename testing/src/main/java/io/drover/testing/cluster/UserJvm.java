/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs a class of this JVM's class path as PostgreSQL's user, who may not be able to read where the class path lies. */
public final class UserJvm implements AutoCloseable {
    private final OsUser user = OsUser.forPostgres();
    private final ClusterDirectory directory = ClusterDirectory.create("drover-jvm-", user);
    private final List<String> classPath = new ArrayList<>();

    /** Copies the class path. */
    public UserJvm() {
        String given = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Path copies = user.directory(directory.path().resolve("classes"), "rwxr-xr-x");
        for (String entry : given.split(File.pathSeparator, -1)) {
            Path source = Path.of(entry);
            if (Files.exists(source)) {
                classPath.add(copy(source, copies.resolve(classPath.size() + "-" + source.getFileName())));
            }
        }
    }

    /** A directory that belongs to the user and goes with this JVM. */
    public Path directory() {
        return user.directory(directory.path().resolve("work"), "rwx------");
    }

    /** Runs a class to its end. */
    public Command.Result run(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                String.join(File.pathSeparator, classPath),
                main.getName()));
        command.addAll(List.of(arguments));
        return Command.run(user.command(command));
    }

    private String copy(Path source, Path target) {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    user.directory(copy, "rwxr-xr-x");
                } else {
                    Files.copy(file, copy);
                    user.own(copy, "rw-r--r--");
                }
            }
            return target.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + source, e);
        }
    }

    @Override
    public void close() {
        directory.remove();
    }
}
