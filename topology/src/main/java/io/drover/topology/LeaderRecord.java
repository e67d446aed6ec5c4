/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.drover.api.BaseUrl;
import io.drover.api.LeaderEpoch;
import io.drover.api.SafeText;

/**
 * Who leads: the content of the persistent znode {@code /leader-epoch}, whose version every write of a controller checks.
 *
 * @param epoch grows by one with each leadership
 * @param controller id of the controller
 * @param rest base address of its REST interface
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LeaderRecord(LeaderEpoch epoch, String controller, String rest) {
    public LeaderRecord {
        requireNonNull(epoch, "epoch is null");
        controller = SafeText.line(requireNonNull(controller, "controller is null"));
        // whoever forwards a request sends its token there
        rest = new BaseUrl(requireNonNull(rest, "rest is null")).value();
    }
}
