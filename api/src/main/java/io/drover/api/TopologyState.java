/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;

/** What clients of a shard may do. Any state but {@link #SERVING} means: hold writes. */
public enum TopologyState {
    /** The primary takes writes. */
    SERVING,
    /** Writes are held while clients drain and the source is sealed; the source is still the primary. */
    FENCED,
    /** The point of no return is passed: the target is being promoted, the source is never reopened. */
    PROMOTING,
    /** The move was given up before the point of no return; the source is being unsealed. */
    ABORTING,
    /** A state that this version does not know. Writes are held. */
    @JsonEnumDefaultValue
    UNKNOWN
}
