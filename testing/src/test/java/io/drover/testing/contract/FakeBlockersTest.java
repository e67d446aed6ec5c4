/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** Sessions that stand in the way on servers that do not exist. */
final class FakeBlockersTest extends BlockersContract {
    @Override
    ThreeNodes open() {
        return new FakeNodes();
    }
}
