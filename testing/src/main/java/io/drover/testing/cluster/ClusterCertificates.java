/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.testing.tls.TestCa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A cluster's own CA, and the files of what it has issued: {@code tls/<name>.crt} and {@code .key}. */
public final class ClusterCertificates {
    private final TestCa ca = TestCa.named("CA of a test's cluster");
    private final OsUser user;
    private final Path directory;

    ClusterCertificates(OsUser user, Path cluster) {
        this.user = user;
        this.directory = user.directory(cluster.resolve("tls"), "rwxr-xr-x");
        put("ca.crt", ca.pem());
    }

    /** Its certificate, as PEM. */
    public String ca() {
        return ca.pem();
    }

    /** The file that holds it. */
    public Path caFile() {
        return file("ca.crt");
    }

    /** Issues a certificate under a Drover name for a host, and writes it with its key over what is there under the file's name. */
    public void issue(String file, String uri, String host) {
        put(file, ca.issue(uri, host));
    }

    /** Writes a certificate and its key over what is there under the file's name. */
    public void put(String file, TestCa.Issued issued) {
        put(file + ".crt", issued.certificate());
        put(file + ".key", issued.key());
    }

    /** Where the files are. */
    public Path directory() {
        return directory;
    }

    /** One of the files. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    private void put(String name, String content) {
        try {
            Path fresh = user.secretFile(directory.resolve(name + ".new"), content);
            Files.move(fresh, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The sections of a controller's configuration. Its section {@code postgres} comes last before this. */
    String ofController(ClusterController controller) {
        issue(controller.id(), "drover://controller/" + controller.id(), controller.host());
        return "  tls: {ca: " + caFile() + "}\n" + identity(controller.id());
    }

    /** The sections of an agent's configuration; its node's PostgreSQL has a certificate of its own, {@code <node>.server}. */
    String ofAgent(ClusterNode node) {
        String name = node.id().value();
        String server = name + ".server";
        issue(name, "drover://agent/" + name, node.host());
        issue(server, "drover://agent/" + name, node.host());
        return """
                postgres:
                  tls:
                    ca: %s
                    certificate: %s
                    key: %s
                """.formatted(caFile(), file(server + ".crt"), file(server + ".key")) + identity(name);
    }

    private String identity(String name) {
        return """
                tls:
                  certificate: %s
                  key: %s
                  ca: %s
                """.formatted(file(name + ".crt"), file(name + ".key"), caFile());
    }
}
