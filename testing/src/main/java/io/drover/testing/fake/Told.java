/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Who is told what comes of something, once: a value, or a failure. Does not wait, and its own failures are nobody's to swallow. */
@FunctionalInterface
public interface Told<T> {
    /** One of them is null. */
    void told(@Nullable T value, @Nullable FakeFailure failure);

    /** For somebody who waits. */
    static <T> Told<T> to(CompletableFuture<T> answer) {
        return (value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
        };
    }
}
