/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * Who a client is to ZooKeeper.
 *
 * @param credentials file with a line {@code client:password}
 * @param roles the controllers' role with its hash: who, besides the client itself, may read and write the client's znode
 */
public record ZooKeeperAccess(Path credentials, List<String> roles) {
    public ZooKeeperAccess {
        requireNonNull(credentials, "credentials is null");
        roles = List.copyOf(roles);
    }
}
