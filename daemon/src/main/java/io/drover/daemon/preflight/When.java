/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

/** In which phase of a move a check is asked. */
public enum When {
    /** Row 10 of the move table: nothing has been changed yet, and there is no standby. */
    BEFORE_COPY,
    /** Row 75, and the rows that share its work: the target runs as a standby of the source. */
    WITH_STANDBY,
    /** In both phases. No phase by itself. */
    ALWAYS;

    /** Whether a check that is asked then is asked in this phase. */
    boolean includes(When check) {
        return check == ALWAYS || check == this;
    }
}
