package io.drover.topology;

import io.drover.api.LeaderEpoch;

/** One leadership of this controller. */
public final class Leadership {
    Leadership() {}

    /** Its number. */
    public LeaderEpoch epoch() {
        throw new UnsupportedOperationException();
    }

    /** Whether nothing is known that ends it; a hint, never proof (hazard H37). */
    public boolean stillHeld() {
        throw new UnsupportedOperationException();
    }

    /** Proves by a check-only transaction that it is not over. */
    public void verify() {
        throw new UnsupportedOperationException();
    }

    /** Begins a transaction that succeeds only under this leadership. */
    public LeaderTransaction transaction() {
        throw new UnsupportedOperationException();
    }
}
