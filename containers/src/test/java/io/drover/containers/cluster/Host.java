/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A machine of the installation.
 *
 * @param name its own name; a node's id is {@code node_} and this
 * @param number the last number of its address
 * @param roles what the playbooks make of it
 */
record Host(String name, int number, Set<Role> roles) {
    Host {
        roles = Set.copyOf(roles);
    }

    /** What a machine is for. */
    enum Role {
        ZOOKEEPER("drover_zookeeper"),
        CONTROLLER("drover_controllers"),
        NODE("drover_nodes"),
        LOAD("load");

        private final String group;

        Role(String group) {
            this.group = group;
        }

        /** The group of the inventory. */
        String group() {
            return group;
        }
    }

    /** Each role on a machine of its own. */
    static List<Host> full() {
        return Stream.of(
                        of(Role.ZOOKEEPER, 21, "z1", "z2", "z3"),
                        of(Role.CONTROLLER, 31, "k1", "k2"),
                        of(Role.NODE, 11, "a", "b", "c"),
                        of(Role.LOAD, 41, "load"))
                .flatMap(List::stream)
                .toList();
    }

    /** Five machines: less to set up. One controller has its own, so that one can be killed without a node. */
    static List<Host> small() {
        return List.of(
                new Host("a", 11, Set.of(Role.NODE, Role.ZOOKEEPER)),
                new Host("b", 12, Set.of(Role.NODE, Role.ZOOKEEPER)),
                new Host("c", 13, Set.of(Role.NODE, Role.ZOOKEEPER, Role.CONTROLLER)),
                new Host("k1", 31, Set.of(Role.CONTROLLER)),
                new Host("load", 41, Set.of(Role.LOAD)));
    }

    private static List<Host> of(Role role, int first, String... names) {
        return Stream.iterate(0, i -> i < names.length, i -> i + 1)
                .map(i -> new Host(names[i], first + i, Set.of(role)))
                .toList();
    }

    boolean is(Role role) {
        return roles.contains(role);
    }
}
