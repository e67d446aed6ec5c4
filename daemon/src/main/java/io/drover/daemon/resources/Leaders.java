/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import java.net.URI;
import java.util.Optional;

/** Who leads, as this controller knows. */
public interface Leaders {
    /** Whether this controller leads and can serve requests. */
    boolean leads();

    /** Base address of the leader's REST interface when another controller leads. */
    Optional<URI> other();
}
