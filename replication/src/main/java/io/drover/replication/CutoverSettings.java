/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
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

    /**
     * Restartpoints give old segments the names of coming ones, and a promotion takes each of them away again, with a flush: 2 ms for each,
     * inside the pause (PostgreSQL's sources, xlog.c: RemoveNonParentXlogFiles).
     */
    private static final Map<ManagedSetting, String> AS_A_STANDBY = Map.of(ManagedSetting.WAL_RECYCLE, "off");

    private CutoverSettings() {}

    /** What a standby that will be promoted runs with from its first start on, until it serves. */
    public static Map<ManagedSetting, String> asAStandby() {
        return AS_A_STANDBY;
    }

    /** The settings with their values, always in the same order. */
    public static Map<ManagedSetting, String> values() {
        return Collections.unmodifiableMap(VALUES);
    }

    /** Takes them off a data directory that came from the other side; a value that is not Drover's stays (H63). */
    static void removeFrom(AutoConf settings) {
        for (Map<ManagedSetting, String> values : List.of(VALUES, AS_A_STANDBY)) {
            values.forEach((setting, value) -> {
                if (settings.get(setting.parameter()).filter(value::equals).isPresent()) {
                    settings.remove(setting);
                }
            });
        }
    }
}
