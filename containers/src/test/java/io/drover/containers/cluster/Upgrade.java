/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveId;
import io.drover.api.MoveState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Another version of the package on every host, one after another, while a move goes on. */
final class Upgrade {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Upgrade() {}

    static MoveId duringMove(Scene scene) throws IOException {
        Path newer = newerPackage(scene.installation().directory());
        String version = scene.installation().machine("a").run("dpkg-query -W -f '${Version}' drover") + "+1";
        // slow enough to be still at it when the last host has its turn
        MoveId move = scene.startMove(", \"bootstrap\": {\"maxRate\": \"1MiB\"}");
        scene.await(move, MoveState.COPYING, MoveState.CATCHING_UP);
        scene.installation().playbooks().run("upgrade.yml", "drover_deb=" + newer);
        scene.fault(
                "the package was replaced on every host, begun in COPYING",
                scene.installation().hosts().stream()
                        .filter(host -> host.is(Host.Role.CONTROLLER) || host.is(Host.Role.NODE))
                        .allMatch(host -> scene.machine(host.name())
                                .run("dpkg-query -W -f '${Version}' drover")
                                .equals(version)));
        scene.figure("stateAfterUpgrade", scene.rest().move(move).state().name());
        scene.await(move, MoveState.BAKING);
        return move;
    }

    /** The same files with a higher version. */
    private static Path newerPackage(Path directory) throws IOException {
        Path target = Settings.project().resolve("package/target");
        Path deb;
        try (Stream<Path> files = Files.list(target)) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().matches("drover_.*_all\\.deb"))
                    .toList();
            assertThat(found).hasSize(1);
            deb = found.get(0);
        }
        Path newer = directory.resolve("drover_next_all.deb");
        Programs.run(
                directory,
                LIMIT,
                directory.resolve("newer-package.log"),
                List.of("bash", "-euc", """
                rm -rf newer && mkdir newer && dpkg-deb -R "$0" newer/drover
                sed -i 's/^\\(Version: .*\\)$/\\1+1/' newer/drover/DEBIAN/control
                dpkg-deb --root-owner-group -Zgzip -b newer/drover "$1"
                rm -rf newer
                """, deb.toString(), newer.toString()));
        return newer;
    }
}
