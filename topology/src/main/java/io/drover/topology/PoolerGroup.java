/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * Poolers of a shard any of which clients may use, such as those behind one load balancer.
 *
 * @param v version of the record's form, 1
 * @param name of the group
 * @param least how many of its adapters a move wants to take part
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PoolerGroup(int v, String name, int least) {}
