/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

/** The contract on servers that do not exist. */
final class FakePostgresTest extends PostgresContract {
    @Override
    ThreeNodes open() {
        return new FakeNodes();
    }
}
