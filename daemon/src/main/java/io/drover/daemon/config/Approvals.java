/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who may approve a cutover, among those who have the role. */
public enum Approvals {
    /** Whoever has the role, also who has started the move. */
    @JsonProperty("anyone")
    ANYONE,
    /** Somebody else than who has started the move; and each move has to wait for an approval. */
    @JsonProperty("second-person")
    SECOND_PERSON
}
