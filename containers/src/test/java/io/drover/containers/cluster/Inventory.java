/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import io.drover.containers.MachineNetwork;
import java.nio.file.Path;
import java.util.List;

/** The inventory of the installation, with TLS and access control everywhere. */
final class Inventory {
    private Inventory() {}

    static String of(List<Host> hosts, MachineNetwork network, Keys keys, Path project) {
        StringBuilder text = new StringBuilder(
                """
                ---
                all:
                  vars:
                    ansible_user: root
                    ansible_ssh_private_key_file: %s
                    ansible_ssh_common_args: -o UserKnownHostsFile=%s -o StrictHostKeyChecking=yes
                    drover_deb: %s/package/target/drover_*_all.deb
                    drover_tls: true
                    drover_zookeeper_session_timeout: 4s
                    postgres_node_version: "%s"
                    app_password: %s
                  hosts:
                """.formatted(keys.operator(), keys.knownHosts(), project, Settings.postgres(), Installation.PASSWORD));
        for (Host host : hosts) {
            text.append("    %s:\n      ansible_host: %s\n".formatted(host.name(), network.address(host.number())));
            if (host.is(Host.Role.NODE)) {
                text.append("      drover_node: node_" + host.name() + "\n");
            }
        }
        text.append("  children:\n");
        for (Host.Role role : Host.Role.values()) {
            text.append("    " + role.group() + ":\n      hosts:\n");
            int id = 1;
            for (Host host : hosts) {
                if (host.is(role)) {
                    text.append("        " + host.name() + ":\n");
                    if (role == Host.Role.ZOOKEEPER) {
                        text.append("          zookeeper_id: " + id++ + "\n");
                    }
                }
            }
        }
        return text.append("    existing:\n      hosts:\n        " + Installation.ADOPTED + ":\n").toString();
    }
}
