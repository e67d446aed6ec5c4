/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.pgbouncer;

import io.drover.testing.cluster.PoolerServers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The contract of PgBouncer, kept by Debian's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PgBouncerContractIT {
    private PoolerServers servers;

    @BeforeAll
    void start() {
        servers = PoolerServers.start();
    }

    @AfterAll
    void stop() {
        servers.close();
    }

    @Nested
    final class ByTransaction extends PgBouncerContract {
        @Override
        PoolerWorld open(String mode) {
            return new RealPoolerWorld(servers, mode);
        }
    }

    @Nested
    final class BySession extends PgBouncerSessionContract {
        @Override
        PoolerWorld open(String mode) {
            return new RealPoolerWorld(servers, mode);
        }
    }
}
