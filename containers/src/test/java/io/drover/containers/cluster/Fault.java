/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.containers.SystemdNode;

/** What is done to hosts: each is undone by {@link #close}. */
final class Fault implements AutoCloseable {
    private final Runnable undo;

    private Fault(Runnable undo) {
        this.undo = undo;
    }

    /** Cuts the power of a host, until it is given back. */
    static Fault powerCut(SystemdNode machine) {
        machine.cutPower();
        return new Fault(() -> {
            machine.givePower();
            machine.awaitBooted();
        });
    }

    /** Freezes a host. */
    static Fault freeze(SystemdNode machine) {
        machine.freeze();
        return new Fault(machine::thaw);
    }

    /** Lets no packet through between two hosts, in either direction, without telling either. */
    static Fault partition(Installation installation, String one, String other) {
        drop(installation, one, "-I", other);
        drop(installation, other, "-I", one);
        return new Fault(() -> {
            drop(installation, one, "-D", other);
            drop(installation, other, "-D", one);
        });
    }

    private static void drop(Installation installation, String on, String verb, String from) {
        installation
                .machine(on)
                .run("iptables -w %1$s INPUT -s %2$s -j DROP; iptables -w %1$s OUTPUT -d %2$s -j DROP"
                        .formatted(verb, installation.address(from)));
    }

    @Override
    public void close() {
        undo.run();
    }
}
