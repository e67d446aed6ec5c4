/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.FenceEpoch;
import java.util.EnumMap;
import java.util.Map;

/**
 * What lies on the source's disk from row 95 on: whoever starts it again while it is sealed gets nothing acknowledged. It must mean
 * nothing to a session that lives: an idle one reads the files only with its next command after a reload, however long ago that
 * was, and so may load what was written since (hazard H1). Hence no default_transaction_read_only.
 */
public final class SealSettings {
    private static final Map<ManagedSetting, String> OF_EVERY_EPOCH = Map.of(
            // looked at only when a server starts
            ManagedSetting.LISTEN_ADDRESSES, "",
            // its workers commit past every guard (H77)
            ManagedSetting.AUTOVACUUM, "off");

    private SealSettings() {}

    /** The settings with their values. */
    public static Map<ManagedSetting, String> values(FenceEpoch epoch) {
        Map<ManagedSetting, String> values = new EnumMap<>(OF_EVERY_EPOCH);
        values.put(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, Guard.unsatisfiable(epoch));
        return values;
    }

    /** Those of them whose value does not depend on the epoch. */
    public static Map<ManagedSetting, String> ofEveryEpoch() {
        return OF_EVERY_EPOCH;
    }
}
