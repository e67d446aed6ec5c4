/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The operating system's user that agents, PostgreSQL and their files belong to: {@code postgres} when the caller is root,
 * because PostgreSQL refuses to run as root, else the caller.
 */
public final class OsUser {
    private final String name;
    private final boolean other;

    private OsUser(String name, boolean other) {
        this.name = name;
        this.other = other;
    }

    /** The user for this caller. */
    public static OsUser forPostgres() {
        String caller = System.getProperty("user.name");
        return caller.equals("root") ? new OsUser("postgres", true) : new OsUser(caller, false);
    }

    /** The user's name. */
    public String name() {
        return name;
    }

    /** The command so that it runs as the user. */
    public List<String> command(List<String> command) {
        if (!other) {
            return command;
        }
        List<String> whole =
                new ArrayList<>(List.of("setpriv", "--reuid", name, "--regid", name, "--init-groups", "--"));
        whole.addAll(command);
        return whole;
    }

    /** Gives a file to the user, with permissions such as {@code rw-------}. */
    public void own(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        if (other) {
            PosixFileAttributeView view =
                    Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            var principals = file.getFileSystem().getUserPrincipalLookupService();
            view.setOwner(principals.lookupPrincipalByName(name));
            view.setGroup(principals.lookupPrincipalByGroupName(name));
        }
    }

    /** Makes a directory for the user. */
    public Path directory(Path directory, String permissions) {
        try {
            Files.createDirectories(directory);
            own(directory, permissions);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory, e);
        }
    }

    /** Writes a file that only the user (and root) can read, never readable for others in between. */
    public Path secretFile(Path file, String content) {
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, content);
            own(file, "rw-------");
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Copies the files of a directory for the user to read. */
    void copyFiles(Path from, Path to) {
        directory(to, "rwxr-xr-x");
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = Files.copy(file, to.resolve(file.getFileName()));
                own(copy, "rw-r--r--");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + from + " to " + to, e);
        }
    }
}
