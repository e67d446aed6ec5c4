/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.api.InstanceId;
import io.drover.api.agent.Facts;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Receiver;
import java.util.List;
import java.util.Map;

/** As much of an instance's facts as rows look at. */
final class SampleInstance {
    private SampleInstance() {}

    static InstanceFacts of(
            InstanceId instance, int timeline, String synchronousNames, String name, String slot, boolean standby) {
        return new InstanceFacts(
                instance,
                150_018,
                standby,
                timeline,
                Map.of("synchronous_standby_names", new Facts.Setting(synchronousNames, "configuration file", false)),
                Map.of(),
                0,
                0,
                0,
                List.of(),
                List.of(),
                standby ? new Receiver("streaming", timeline, slot, "", 5433, false, name) : null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new Facts.Archiver("off", "", "", 0, false),
                0,
                0,
                Map.of(),
                "");
    }
}
