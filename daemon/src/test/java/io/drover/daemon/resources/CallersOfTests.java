/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.daemon.access.AccessFile;
import io.drover.daemon.access.TokenDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** An access file; the token of a caller is made of their name. */
final class CallersOfTests {
    private static final Map<String, String> ROLES = new TreeMap<>(Map.of(
            "viewer", "{viewer: ['*']}",
            "operator", "{operator: ['*']}",
            "approver", "{approver: ['*']}",
            "admin", "{admin: ['*']}",
            "first", "{operator: [shard_01], approver: [shard_01], admin: [shard_01]}",
            "tenant", "{operator: ['shard_*'], approver: ['shard_*'], admin: ['shard_*']}",
            "stranger", "{viewer: ['other_*'], operator: ['other_*'], approver: ['other_*'], admin: ['other_*']}",
            "everything", "{viewer: ['*'], operator: ['*'], approver: ['*'], admin: ['*']}",
            "alice", "{operator: ['*'], approver: ['*']}",
            "bob", "{operator: ['*'], approver: ['*']}"));

    private CallersOfTests() {}

    static String token(String name) {
        return "token-of-" + name;
    }

    static AccessFile file(Path directory) throws IOException {
        StringBuilder text = new StringBuilder("callers:\n");
        ROLES.forEach((name, roles) -> text.append(
                "  - {name: %s, token: '%s', roles: %s}%n".formatted(name, TokenDigest.of(token(name)), roles)));
        Path file = Files.writeString(directory.resolve("access.yml"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new AccessFile(file, Duration.ofSeconds(1));
    }
}
