/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.api.MoveId;
import io.drover.containers.SystemdNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network between all hosts that is slower or worse than the engine's: moves go on, and their pauses are told. Latency is made by a program
 * of this machine that holds each packet of a host's netfilter queue, for kernels without netem; it needs root here. Losses are iptables'.
 */
final class SlowNetwork {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int QUEUE = 7;
    private static final int WRITES_AT_A_FORK = 20;

    private SlowNetwork() {}

    static List<Case> cases() {
        return List.of(
                Case.quiet("latency-1ms", InCi.NEVER, scene -> delayed(scene, Duration.ofMillis(1))),
                Case.quiet("latency-5ms", InCi.NEVER, scene -> delayed(scene, Duration.ofMillis(5))),
                Case.quiet("loss-1-percent", InCi.NEVER, scene -> lossy(scene, "0.01")));
    }

    /** Each packet between hosts takes so much longer. */
    private static MoveId delayed(Scene scene, Duration each) throws IOException {
        Path program = compile(scene.installation().directory());
        List<Process> running = new ArrayList<>();
        // a pause takes a good part of the two seconds around its fork
        scene.leastAcked(WRITES_AT_A_FORK);
        String rule = "OUTPUT -d %s.0/24 -j NFQUEUE --queue-num %d".formatted(Settings.subnet(), QUEUE);
        try {
            for (Host host : scene.installation().hosts()) {
                running.add(delay(program, scene.machine(host.name()), each));
            }
            rules(scene, "-A", rule);
            scene.fault(
                    "each packet between hosts takes " + each.toMillis() + " ms more",
                    running.stream().allMatch(Process::isAlive));
            return Cases.moveRollbackComplete(scene);
        } finally {
            rules(scene, "-D", rule);
            running.forEach(Process::destroy);
        }
    }

    private static MoveId lossy(Scene scene, String probability) {
        String rule = "OUTPUT -d %s.0/24 -m statistic --mode random --probability %s -j DROP"
                .formatted(Settings.subnet(), probability);
        rules(scene, "-A", rule);
        try {
            MoveId move = Cases.moveRollbackComplete(scene);
            scene.fault("of the packets between hosts a share of " + probability + " is lost", lost(scene));
            return move;
        } finally {
            rules(scene, "-D", rule);
        }
    }

    /** Whether every host has lost some, by what the rule has counted. */
    private static boolean lost(Scene scene) {
        return scene.installation().hosts().stream()
                .allMatch(host -> scene.machine(host.name())
                        .succeeds("iptables -w -nvxL OUTPUT | awk '/statistic/ && $1 > 0 {n++} END {exit !n}'"));
    }

    private static void rules(Scene scene, String verb, String rule) {
        for (Host host : scene.installation().hosts()) {
            scene.machine(host.name()).run("iptables -w " + verb + " " + rule);
        }
    }

    private static Path compile(Path directory) throws IOException {
        Path program = directory.resolve("delay");
        Programs.run(
                directory,
                LIMIT,
                directory.resolve("delay.log"),
                List.of(
                        "gcc",
                        "-D_GNU_SOURCE",
                        "-O2",
                        "-o",
                        program.toString(),
                        Settings.project()
                                .resolve("containers/src/test/c/delay.c")
                                .toString(),
                        "-lnetfilter_queue",
                        "-lnfnetlink"));
        return program;
    }

    /** In the host's network, and nothing else of it. */
    private static Process delay(Path program, SystemdNode machine, Duration each) throws IOException {
        Process process = new ProcessBuilder(
                        "nsenter",
                        "--target",
                        String.valueOf(machine.pid()),
                        "--net",
                        program.toString(),
                        String.valueOf(QUEUE),
                        String.valueOf(TimeUnit.MILLISECONDS.toMicros(each.toMillis())))
                .inheritIO()
                .start();
        try {
            // one that cannot take the queue ends at once
            if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("no latency for " + machine.name() + ": " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return process;
    }
}
