/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.replication.CutoverSettings;
import io.drover.replication.ManagedSetting;
import io.drover.replication.SealSettings;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings that a move makes, in a postgresql.auto.conf that no journal explains: nobody will take them back. They come from an
 * agent that has lost its journal, or with a data directory that was saved in the middle of a cutover.
 *
 * @param ofMoves values by name that no operator chooses: a name of Drover's to wait for, or all that a row writes together
 * @param doubtful values that a move writes too, and that an operator may have chosen
 */
record StraySettings(SortedMap<String, String> ofMoves, SortedMap<String, String> doubtful) {
    private static final String DROVERS = "drover_";

    /** Sorts out what postgresql.auto.conf carries without a journal entry. */
    static StraySettings among(Map<String, String> unexplained) {
        SortedMap<String, String> ofMoves = new TreeMap<>();
        SortedMap<String, String> doubtful = new TreeMap<>();
        String guard = ManagedSetting.SYNCHRONOUS_STANDBY_NAMES.parameter();
        boolean guarded = unexplained.getOrDefault(guard, "").contains(DROVERS);
        if (guarded) {
            ofMoves.put(guard, unexplained.get(guard));
        }
        Map<String, String> seal = shared(unexplained, SealSettings.ofEveryEpoch());
        boolean wholeSeal = seal.size() == SealSettings.ofEveryEpoch().size();
        (guarded || wholeSeal ? ofMoves : doubtful).putAll(seal);
        Map<String, String> cutover = shared(unexplained, CutoverSettings.values());
        boolean wholeCutover = cutover.size() == CutoverSettings.values().size();
        (wholeCutover ? ofMoves : doubtful).putAll(cutover);
        doubtful.putAll(shared(unexplained, CutoverSettings.asAStandby()));
        return new StraySettings(ofMoves, doubtful);
    }

    private static Map<String, String> shared(Map<String, String> unexplained, Map<ManagedSetting, String> written) {
        Map<String, String> shared = new TreeMap<>();
        written.forEach((setting, value) -> {
            if (value.equals(unexplained.get(setting.parameter()))) {
                shared.put(setting.parameter(), value);
            }
        });
        return shared;
    }
}
