/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** What a controller reads from servers that do not exist. */
final class FakeMonitorsTest extends MonitorsContract {
    @Override
    ThreeNodes open() {
        return new FakeNodes();
    }
}
