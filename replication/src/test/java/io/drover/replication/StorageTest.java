/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.ErrorCode;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** A full disk is told from what no second try mends. */
class StorageTest {
    @Test
    void isToldByWhatTheOperatingSystemSays() {
        assertThat(DurableFiles.failed("a", new FileSystemException("f", null, "No space left on device"))
                        .code())
                .isEqualTo(ErrorCode.STORAGE_FAILED);
        assertThat(DurableFiles.failed("a", new FileSystemException("f", null, "Permission denied"))
                        .code())
                .isEqualTo(ErrorCode.POSTGRES_FAILED);
    }

    @Test
    void isToldByTheStateOfAStatementWhateverItsLanguage() {
        assertThat(Sql.failed("ALTER SYSTEM", new SQLException("Auf dem Gerät ist kein Platz", "53100"))
                        .code())
                .isEqualTo(ErrorCode.STORAGE_FAILED);
        assertThat(Sql.failed("ALTER SYSTEM", new SQLException("no", "42501")).code())
                .isEqualTo(ErrorCode.POSTGRES_FAILED);
        assertThat(Sql.failed("ALTER SYSTEM", new SQLException("no", "57P01")).code())
                .isEqualTo(ErrorCode.POSTGRES_UNREACHABLE);
    }

    @Test
    void mayPass() {
        assertThat(ErrorCode.STORAGE_FAILED.retryable()).isTrue();
    }
}
