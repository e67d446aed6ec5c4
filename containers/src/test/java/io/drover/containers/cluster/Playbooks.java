/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's own work: runs playbooks over ssh with the inventory of the installation. */
final class Playbooks {
    private static final Logger LOG = LoggerFactory.getLogger(Playbooks.class);
    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final ControlHost control;
    private final Path project;
    private final Path inventory;
    private final Path logs;
    private int number;

    /**
     * For one inventory.
     *
     * @param control from where they run
     * @param project the directory of the sources
     * @param logs a directory for what the runs say
     */
    Playbooks(ControlHost control, Path project, Path inventory, Path logs) {
        this.control = control;
        this.project = project;
        this.inventory = inventory;
        this.logs = logs;
    }

    /**
     * What a run has done.
     *
     * @param changed how many things it has changed
     */
    record Outcome(String playbook, Duration took, int changed) {}

    /** Runs one of the project's playbooks. */
    Outcome run(String playbook, String... variables) throws IOException {
        return run(project.resolve("ansible/playbooks").resolve(playbook), variables);
    }

    /** Runs one that is only there for the tests. */
    Outcome runOfTest(String playbook, String... variables) throws IOException {
        return run(project.resolve("containers/src/test/ansible").resolve(playbook), variables);
    }

    private Outcome run(Path playbook, String... variables) throws IOException {
        List<String> command = control.command("ansible-playbook", "-i", inventory.toString(), playbook.toString());
        for (String variable : variables) {
            command.add("-e");
            command.add(variable);
        }
        Path log;
        synchronized (this) {
            log = logs.resolve("%02d-%s.log".formatted(number++, playbook.getFileName()));
        }
        long begun = System.nanoTime();
        // where ansible.cfg is
        Programs.run(project.resolve("ansible"), LIMIT, log, command);
        int changed = Recap.changed(log, Files.readString(log, StandardCharsets.UTF_8));
        Outcome outcome =
                new Outcome(playbook.getFileName().toString(), Duration.ofNanos(System.nanoTime() - begun), changed);
        LOG.info(
                "{} {}: {} s, {} changed",
                outcome.playbook(),
                variables,
                outcome.took().toSeconds(),
                changed);
        return outcome;
    }
}
