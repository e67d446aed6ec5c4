/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Lsn;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The slots in a data directory, and the WAL that they hold back. */
final class FakeSlots {
    /** Where the WAL begins that each holds; empty when it has lost it. */
    private final Map<String, Optional<Lsn>> restarts = new TreeMap<>();

    /** From here on there is WAL that no slot holds. */
    private Lsn oldest = new Lsn(0);

    Set<String> names() {
        return restarts.keySet();
    }

    /** Where its WAL begins; one that is there is left as it is. */
    Lsn create(String slot, Lsn now) {
        restarts.putIfAbsent(slot, Optional.of(now));
        return restart(slot)
                .orElseThrow(() -> new DroverException(
                        ErrorCode.STATE_CONFLICT, "slot " + slot + " exists, but holds no WAL for a standby"));
    }

    /** Its standby has confirmed what is before a position; one that was lost holds what comes from there on (as of PostgreSQL 15). */
    void advance(String slot, Lsn confirmed) {
        restarts.computeIfPresent(slot, (name, restart) -> Optional.of(confirmed));
    }

    void drop(String slot) {
        restarts.remove(slot);
    }

    void clear() {
        restarts.clear();
        oldest = new Lsn(0);
    }

    /** It holds nothing any more; what is before a position is gone, but for what other slots hold. */
    void lose(String slot, Lsn kept) {
        restarts.replace(slot, Optional.empty());
        oldest = kept;
    }

    Optional<Lsn> restart(String slot) {
        return restarts.getOrDefault(slot, Optional.empty());
    }

    boolean exists(String slot) {
        return restarts.containsKey(slot);
    }

    boolean holds(String slot) {
        return restart(slot).isPresent();
    }

    /** As pg_replication_slots shows it. */
    String status(String slot) {
        return holds(slot) ? "reserved" : "lost";
    }

    /** Whether a standby that has everything up to a position can stream from there: a slot that is lost is no matter, WAL is. */
    boolean serve(String slot, Lsn received) {
        boolean held = restart(slot).filter(received::atLeast).isPresent();
        return (slot.isEmpty() || exists(slot)) && (held || received.atLeast(oldest));
    }
}
