/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A client that holds connections to a shard: the content of its ephemeral znode.
 *
 * @param v version of the record's form, 1
 * @param name what people call the client
 * @param host where it runs
 * @param ackedEpoch the FENCED epoch up to which it has drained its work
 * @param targetReady whether its pool to the target is warm
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Participant(int v, String name, String host, FenceEpoch ackedEpoch, boolean targetReady) {}
