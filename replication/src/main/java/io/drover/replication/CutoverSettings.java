/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What the target of a cutover runs with from before the fence until it serves, so that nothing slow is left in its promotion. */
public final class CutoverSettings {
    private static final Map<ManagedSetting, String> VALUES = new EnumMap<>(Map.of(
            // no archive is asked (H25)
            ManagedSetting.RESTORE_COMMAND, "",
            ManagedSetting.RECOVERY_END_COMMAND, "",
            // no reader holds replay up (H22)
            ManagedSetting.MAX_STANDBY_STREAMING_DELAY, "500ms",
            // the first segment is opened without being filled
            ManagedSetting.WAL_INIT_ZERO, "off",
            // the source may die beside the promotion: recovery then waits this long before it looks whether it is
            // promoted
            ManagedSetting.WAL_RETRIEVE_RETRY_INTERVAL, "5ms"));

    private CutoverSettings() {}

    /** The settings with their values, always in the same order. */
    public static Map<ManagedSetting, String> values() {
        return Collections.unmodifiableMap(VALUES);
    }

    /** Takes them off a data directory that came from the other side; a value that is not Drover's stays (H63). */
    static void removeFrom(AutoConf settings) {
        VALUES.forEach((setting, value) -> {
            if (settings.get(setting.parameter()).filter(value::equals).isPresent()) {
                settings.remove(setting);
            }
        });
    }
}
