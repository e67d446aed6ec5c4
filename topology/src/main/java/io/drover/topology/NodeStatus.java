/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

/**
 * A registered node.
 *
 * @param alive whether its agent's ephemeral znode is there; false may also mean a cut network, never proof that PostgreSQL has
 *     stopped (rule R4)
 */
public record NodeStatus(NodeRecord node, boolean alive) {}
