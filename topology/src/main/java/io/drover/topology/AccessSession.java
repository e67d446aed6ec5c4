/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Requests about access lists, which only real servers have. */
interface AccessSession {
    /** The access list of a znode; empty when it is absent. */
    CompletableFuture<Optional<List<Grant>>> access(String path);

    /** Replaces it. Refused with NONODE. */
    CompletableFuture<Boolean> setAccess(String path, List<Grant> grants);
}
