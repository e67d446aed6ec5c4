/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

/**
 * What all servers of a node share.
 *
 * @param name the node's id
 * @param host where its instances listen
 * @param rules what may be adopted
 */
record LocalPrograms(
        String name, String host, PostgresBinaries binaries, RoleSetup.Passwords passwords, AdoptionRules rules) {}
