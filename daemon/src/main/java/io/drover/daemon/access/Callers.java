/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Knows callers by what they show. */
public interface Callers {
    /**
     * Who calls, or empty when nobody is known who shows that.
     *
     * @param authorization the header of that name, or null
     * @param certificate the client name in the certificate that the caller has proven to be theirs
     */
    Optional<Caller> find(@Nullable String authorization, Optional<String> certificate);
}
