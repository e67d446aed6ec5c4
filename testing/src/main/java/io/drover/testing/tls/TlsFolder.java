/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.tls;

import io.drover.daemon.tls.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A directory with the PEM files of one daemon, which a test may change. */
public record TlsFolder(Path directory) {
    /** Writes them. */
    public static TlsFolder write(Path directory, TestCa.Issued issued, String ca) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TlsFolder folder = new TlsFolder(directory);
        folder.put("ca.crt", ca);
        folder.put("own.crt", issued.certificate());
        folder.put("own.key", issued.key());
        return folder;
    }

    /** Replaces one of them as a careful program does: the whole of it at once. */
    public void put(String name, String content) {
        try {
            Path fresh = directory.resolve(name + ".new");
            Files.writeString(fresh, content);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces certificate and key. */
    public void put(TestCa.Issued issued) {
        put("own.crt", issued.certificate());
        put("own.key", issued.key());
    }

    /** Their paths. */
    public TlsFiles files() {
        return new TlsFiles(certificate(), key(), ca());
    }

    /** The certificate. */
    public Path certificate() {
        return directory.resolve("own.crt");
    }

    /** Its key. */
    public Path key() {
        return directory.resolve("own.key");
    }

    /** Whose word counts. */
    public Path ca() {
        return directory.resolve("ca.crt");
    }
}
