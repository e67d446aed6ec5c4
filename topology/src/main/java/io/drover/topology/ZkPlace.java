/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

/**
 * The kinds of znodes, with who may do what to them besides the controllers, who may do everything: the one process that the znode
 * belongs to, agents, clients, and poolers' adapters, each in letters of {@link Grant}.
 */
enum ZkPlace {
    /** The lead, the locks, histories, answers: the controllers' own, and whatever else there may be. */
    CONTROLLERS("", "", "", ""),
    /** Read with every proof that a controller leads. */
    LEADER_EPOCH("", "r", "", ""),
    TOPOLOGIES("", "r", "r", ""),
    /** Agents publish what they have promoted or opened again, all of them: a move's nodes are not known when the znode is made. */
    TOPOLOGY("", "rw", "r", ""),
    /** Who may delete children may delete everybody's; a client's own goes with its session. */
    PARTICIPANTS("", "", "cr", ""),
    PARTICIPANT("rw", "", "", ""),
    POOLERS("", "", "", "cr"),
    SHARD_POOLERS("", "", "", "cdr"),
    POOLER_GROUP("", "", "", "rw"),
    /** Agents ask whether a move that left something on their node goes on. */
    MOVES("", "r", "", ""),
    MOVE("", "r", "", ""),
    NODES("", "c", "", ""),
    NODE("cdrw", "", "", ""),
    NODE_ALIVE("rw", "", "", "");

    private final String owner;
    private final String agents;
    private final String clients;
    private final String poolers;

    ZkPlace(String owner, String agents, String clients, String poolers) {
        this.owner = owner;
        this.agents = agents;
        this.clients = clients;
        this.poolers = poolers;
    }

    /** What the one process may do that it belongs to; empty where it belongs to none. */
    String owner() {
        return owner;
    }

    boolean hasOwner() {
        return !owner.isEmpty();
    }

    /** What everybody may do who has the role; empty for nothing. */
    String rights(Role role) {
        return switch (role) {
            case CONTROLLER -> Grant.ALL;
            case AGENT -> agents;
            case CLIENT -> clients;
            case POOLER -> poolers;
        };
    }
}
