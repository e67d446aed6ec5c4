/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.daemon.access.Role;
import java.util.List;

/** Every call under {@code /v1}, one that would be carried out, with the role that it needs. */
record Callbook(String method, String path, String body, Role role) {
    private static final String MOVE = "/v1/moves/" + FakeServices.ID;

    static final List<Callbook> ALL = List.of(
            new Callbook("GET", "/v1/moves", "", Role.VIEWER),
            new Callbook("GET", MOVE, "", Role.VIEWER),
            new Callbook("GET", MOVE + "/events", "", Role.VIEWER),
            new Callbook("GET", "/v1/shards", "", Role.VIEWER),
            new Callbook("GET", "/v1/shards/shard_01", "", Role.VIEWER),
            new Callbook("GET", "/v1/nodes", "", Role.VIEWER),
            new Callbook("GET", "/v1/topology", "", Role.VIEWER),
            new Callbook("POST", "/v1/moves", "{\"shard\": \"shard_01\", \"target\": \"node_b\"}", Role.OPERATOR),
            new Callbook(
                    "POST",
                    "/v1/moves",
                    "{\"shard\": \"shard_01\", \"target\": \"node_b\", \"dryRun\": true}",
                    Role.OPERATOR),
            new Callbook("POST", MOVE + "/approve", "", Role.APPROVER),
            new Callbook("POST", MOVE + "/drill", "", Role.OPERATOR),
            new Callbook("POST", MOVE + "/abort", "", Role.OPERATOR),
            new Callbook("POST", MOVE + "/rollback", "{}", Role.OPERATOR),
            new Callbook("POST", MOVE + "/complete", "{\"endBake\": true}", Role.OPERATOR),
            new Callbook("POST", MOVE + "/pause", "", Role.OPERATOR),
            new Callbook("POST", MOVE + "/resume", "", Role.OPERATOR),
            new Callbook(
                    "PUT",
                    "/v1/shards/shard_01",
                    "{\"node\": \"node_a\", \"dataDir\": \"/d\", \"port\": 5433, \"database\": \"app\"}",
                    Role.ADMIN),
            new Callbook("POST", "/v1/shards/shard_01/purge", "{\"node\": \"node_a\"}", Role.ADMIN),
            new Callbook("DELETE", "/v1/nodes/node_c", "", Role.ADMIN),
            new Callbook("POST", "/v1/topology/rebuild", "{}", Role.ADMIN));

    /** Whether it asks for the role for every shard. */
    boolean isForEverything() {
        return path.startsWith("/v1/topology") || path.startsWith("/v1/nodes/");
    }

    /** Whether it is answered with what the caller may see of it. */
    boolean isList() {
        return method.equals("GET")
                && List.of("/v1/moves", "/v1/shards", "/v1/nodes").contains(path);
    }

    /** With the names of its addresses, as people write them. */
    String written() {
        return method + " "
                + path.replace(FakeServices.ID.value(), "{id}")
                        .replace("shard_01", "{id}")
                        .replace("node_c", "{id}");
    }
}
