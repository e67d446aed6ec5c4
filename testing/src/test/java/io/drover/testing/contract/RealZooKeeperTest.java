/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** The contract of ZooKeeper, kept by a real server. */
final class RealZooKeeperTest extends ZooKeeperContract {
    @Override
    ZooKeeperWorld open() throws Exception {
        return new RealWorld();
    }
}
