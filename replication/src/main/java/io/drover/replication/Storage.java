/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a disk that is full or fails from other failures: what it has stopped may be tried again once a person has made room. */
final class Storage {
    /** As the operating system says it to programs that speak plain English: ENOSPC, EDQUOT, EIO, EROFS. */
    private static final List<String> WORDS =
            List.of("No space left on device", "Disk quota exceeded", "Input/output error", "Read-only file system");
    /** disk_full and io_error, whatever the language of the server's messages. */
    private static final List<String> STATES = List.of("53100", "58030");

    private Storage() {}

    /** The code of a failure that a program or the operating system has described. */
    static ErrorCode codeOf(String text) {
        return WORDS.stream().anyMatch(text::contains) ? ErrorCode.STORAGE_FAILED : ErrorCode.POSTGRES_FAILED;
    }

    /** Whether a statement has failed by it. */
    static boolean failed(@Nullable String sqlState) {
        return sqlState != null && STATES.contains(sqlState);
    }
}
