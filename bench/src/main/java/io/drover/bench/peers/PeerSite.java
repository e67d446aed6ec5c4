/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.peers;

import io.drover.testing.cluster.OsUser;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Where a peer is set up.
 *
 * @param directory its own, which goes with everything that runs in it
 * @param logs what its programs say; kept after the run
 * @param settings what its servers get
 * @param ports free ports of loopback, each only once
 */
record PeerSite(
        Path directory,
        Path logs,
        OsUser user,
        PeerTemplates templates,
        PostgresSettings settings,
        List<PeerNode> nodes,
        IntSupplier ports) {
    private static final int SECRET_BYTES = 16;

    PeerSite {
        nodes = List.copyOf(nodes);
    }

    /** Runs its programs. */
    PeerPrograms programs(Map<String, String> environment) {
        return new PeerPrograms(user, directory, logs, environment);
    }

    /** What the files of every node may name. */
    Map<String, Object> values(PeerNode node) {
        Map<String, Object> values = new HashMap<>();
        values.put("directory", directory);
        values.put("user", user.name());
        values.put("bin", PeerPrograms.POSTGRES);
        values.put("id", node.id());
        values.put("name", node.name());
        values.put("port", node.port());
        values.put("data", node.data());
        values.put("socket", node.socket());
        values.put("postgres_conf", settings.conf());
        return values;
    }

    /** Writes a file for the user's eyes. */
    Path write(String name, String content) {
        return user.secretFile(directory.resolve(name), content);
    }

    /** A password that no one knows, and that no file format takes for a number. */
    static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return "p" + HexFormat.of().formatHex(bytes);
    }
}
