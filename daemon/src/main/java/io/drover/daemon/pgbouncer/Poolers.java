/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PgBouncerPlace.Listening;

/** The PgBouncer processes as the adapter reaches them. Thread-safe. */
public interface Poolers {
    /**
     * Logs in to a console; to be closed.
     *
     * @throws io.drover.api.DroverException as {@link PgBouncer} tells
     */
    PgBouncer open(PgBouncerPlace place);

    /** Whether somebody listens there. */
    Listening listening(PgBouncerPlace place);

    /** Whether an address is one of a host's. */
    boolean isSame(String address, String host);
}
