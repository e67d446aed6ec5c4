/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** The stores on the fake. */
final class FakeStoreTest extends StoreContract {
    @Override
    ZooKeeperWorld open() throws Exception {
        return new FakeWorld();
    }
}
