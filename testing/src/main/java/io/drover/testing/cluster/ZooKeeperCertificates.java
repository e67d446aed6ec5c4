/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Private CAs and what they sign, for ZooKeeper's servers and clients: PEM files in one directory, readable by one user. */
public final class ZooKeeperCertificates {
    private static final List<String> NEW_KEY = List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2");

    private final OsUser user;
    private final Path directory;

    /** Makes the directory. */
    public ZooKeeperCertificates(OsUser user, Path directory) {
        this.user = user;
        this.directory = user.directory(directory, "rwx------");
    }

    /** The file of the CA's certificate. */
    public Path ca(String name) {
        return directory.resolve(name + ".crt");
    }

    /** The file of a certificate. */
    public Path certificate(String name) {
        return directory.resolve(name + ".crt");
    }

    /** The file of a key. */
    public Path key(String name) {
        return directory.resolve(name + ".key");
    }

    /** Makes a CA. */
    public void makeCa(String name) {
        make(name, List.of("-subj", "/CN=" + name));
    }

    /**
     * Signs a certificate of a new key; both take the places of those that were there.
     *
     * @param identities alternative names as openssl writes them, such as {@code IP:127.0.0.1}
     */
    public void issue(String ca, String name, String identities) {
        make(
                name,
                List.of(
                        "-subj",
                        "/CN=" + name,
                        "-CA",
                        ca(ca).toString(),
                        "-CAkey",
                        key(ca).toString(),
                        "-addext",
                        "subjectAltName=" + identities,
                        "-addext",
                        "extendedKeyUsage=serverAuth,clientAuth",
                        "-addext",
                        "basicConstraints=critical,CA:FALSE"));
    }

    private void make(String name, List<String> more) {
        List<String> command = new ArrayList<>(NEW_KEY);
        command.addAll(more);
        command.addAll(List.of(
                "-keyout", key(name).toString(), "-out", certificate(name).toString()));
        Command.succeed(command);
        own(key(name));
        own(certificate(name));
    }

    /** What stands in these files, in one file, as ZooKeeper's servers want a certificate with its key, or several CAs. */
    public Path join(String name, List<Path> files) {
        StringBuilder text = new StringBuilder();
        try {
            for (Path file : files) {
                text.append(Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read one of " + files, e);
        }
        return user.secretFile(directory.resolve(name), text.toString());
    }

    private void own(Path file) {
        try {
            user.own(file, "rw-------");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give " + file + " to " + user.name(), e);
        }
    }
}
