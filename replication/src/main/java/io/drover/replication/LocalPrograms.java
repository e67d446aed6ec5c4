/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

/**
 * What all servers of a node share.
 *
 * @param name the node's id
 * @param host where its instances listen
 * @param rules what may be adopted
 * @param tls how connections to other servers are protected, and what those that Drover makes show
 */
record LocalPrograms(
        String name,
        String host,
        PostgresBinaries binaries,
        RoleSetup.Passwords passwords,
        AdoptionRules rules,
        ServerTls tls) {}
