/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** The contract of ZooKeeper, kept by the fake. */
final class FakeZooKeeperTest extends ZooKeeperContract {
    @Override
    ZooKeeperWorld open() throws Exception {
        return new FakeWorld();
    }
}
