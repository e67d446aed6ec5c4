/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** The stores on a real server. */
final class RealStoreTest extends StoreContract {
    @Override
    ZooKeeperWorld open() throws Exception {
        return new RealWorld();
    }
}
