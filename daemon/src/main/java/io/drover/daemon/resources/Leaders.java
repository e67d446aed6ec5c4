/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import java.net.URI;
import java.util.Optional;

/** Who leads, as this controller knows. */
public interface Leaders {
    /** Whether this controller leads and can serve requests. */
    boolean leads();

    /** The leader when another controller leads. */
    Optional<Leader> other();

    /**
     * Another controller that leads.
     *
     * @param rest base address of its REST interface
     */
    record Leader(String id, URI rest) {}
}
