/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What lets the playbooks in: the machines get their own keys and the operator's with their disks, as from an installer. */
final class Keys {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path directory;

    private Keys(Path directory) {
        this.directory = directory;
    }

    static Keys in(Path directory) throws IOException {
        Keys keys = new Keys(Files.createDirectories(directory));
        keys.make("operator");
        return keys;
    }

    /** What a machine has on its disk. */
    Map<String, String> of(String host) throws IOException {
        make(host);
        return Map.of(
                "/etc/ssh/ssh_host_ed25519_key", Files.readString(directory.resolve(host)),
                "/etc/ssh/ssh_host_ed25519_key.pub", Files.readString(directory.resolve(host + ".pub")),
                "/root/.ssh/authorized_keys", Files.readString(directory.resolve("operator.pub")));
    }

    /** Who answers at an address. */
    void know(String host, String address) throws IOException {
        Path known = knownHosts();
        String line = address + " " + Files.readString(directory.resolve(host + ".pub"));
        String before = Files.exists(known) ? Files.readString(known) : "";
        if (!before.contains(line)) {
            Files.writeString(known, before + line);
        }
    }

    Path operator() {
        return directory.resolve("operator");
    }

    Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    private void make(String name) throws IOException {
        Path key = directory.resolve(name);
        if (!Files.exists(key)) {
            Programs.run(
                    directory,
                    LIMIT,
                    directory.resolve(name + ".log"),
                    List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key.toString()));
        }
    }
}
