/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.LeaderEpoch;

/**
 * Who leads: the content of the persistent znode {@code /leader-epoch}, whose version every write of a controller checks.
 *
 * @param epoch grows by one with each leadership
 * @param controller id of the controller
 * @param rest base address of its REST interface
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LeaderRecord(LeaderEpoch epoch, String controller, String rest) {}
