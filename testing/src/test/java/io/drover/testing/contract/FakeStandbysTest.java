/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** Several standbys on servers that do not exist. */
final class FakeStandbysTest extends StandbysContract {
    @Override
    ThreeNodes open() {
        return new FakeNodes();
    }
}
