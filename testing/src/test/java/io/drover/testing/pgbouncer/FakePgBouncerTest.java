/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract of PgBouncer, kept by the fake. */
final class FakePgBouncerTest {
    @TempDir
    private Path directory;

    @Nested
    final class ByTransaction extends PgBouncerContract {
        @Override
        PoolerWorld open(String mode) {
            return new FakePoolerWorld(directory, mode);
        }
    }

    @Nested
    final class BySession extends PgBouncerSessionContract {
        @Override
        PoolerWorld open(String mode) {
            return new FakePoolerWorld(directory, mode);
        }
    }
}
