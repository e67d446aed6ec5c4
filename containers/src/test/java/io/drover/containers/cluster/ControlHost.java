/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.containers.SystemdNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * From where the playbooks run: this machine, as a rule. Its Ansible may be too old for the Python of newer hosts; then a container of their
 * release that has Debian's own Ansible, in this machine's network, with the sources and the directory of the run where they are here.
 */
final class ControlHost {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** Ansible 2.14 of Debian 12 manages hosts with Python up to 3.11. */
    private static final Set<String> MANAGED_FROM_HERE = Set.of("bullseye", "bookworm");

    /** Other tests want the processors, too. */
    private static final List<String> POLITELY = List.of("nice", "-n", "5");

    private final List<String> before;

    private ControlHost(List<String> before) {
        this.before = List.copyOf(before);
    }

    /** One that can manage hosts of a release. */
    static ControlHost of(String suite, Path project, Path directory) throws IOException {
        return MANAGED_FROM_HERE.contains(suite)
                ? new ControlHost(POLITELY)
                : new ControlHost(container(suite, project, directory));
    }

    private static List<String> container(String suite, Path project, Path directory) throws IOException {
        String image = "drover-test-control:" + suite;
        Path definition = project.resolve("containers/src/test/control");
        Programs.run(
                definition,
                LIMIT,
                directory.resolve("control.log"),
                List.of("docker", "build", "--tag", image, "--build-arg", "BASE=debian:" + suite + "-slim", "."));
        List<String> command = new ArrayList<>(List.of("docker", "run", "--rm", "--network", "host"));
        SystemdNode.LABELS.forEach((name, value) -> command.addAll(List.of("--label", name + "=" + value)));
        command.addAll(List.of(
                "--volume",
                project + ":" + project,
                "--volume",
                directory + ":" + directory,
                "--workdir",
                // where ansible.cfg is
                project.resolve("ansible").toString(),
                "--env",
                "LC_ALL=C.UTF-8",
                image));
        command.addAll(POLITELY);
        return command;
    }

    /** The command line that runs a program there. */
    List<String> command(String... program) {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(program));
        return command;
    }
}
