/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import io.drover.api.Lsn;
import io.drover.daemon.remote.Monitors;
import io.drover.replication.PostgresNode;
import io.drover.replication.ServerPlace;
import java.util.List;

/** The nodes on which the contract is tested. */
interface ThreeNodes extends AutoCloseable {
    /** Which of them. */
    enum Side {
        ONE,
        OTHER,
        THIRD
    }

    /** A session that works in the shard's database. */
    interface Client extends AutoCloseable {
        /** Commits with synchronous_commit = on. */
        void commit(String operation);

        /** Commits with synchronous_commit = local. */
        void commitLocally(String operation);

        /** Begins the transaction that the next commit ends. */
        void begin();

        @Override
        void close();
    }

    PostgresNode node(Side side);

    ServerPlace place(Side side);

    /** Address of the servers there. */
    String host(Side side);

    Client client(Side side);

    /** What a controller reads from them. */
    Monitors monitors();

    /** The operations that a reader sees there. */
    List<String> operations(Side side);

    /** Makes what clients write to, once, on a new primary. */
    void makeTable(Side side);

    /** The server's own maintenance commits something there. */
    void maintain(Side side);

    /** Kills all processes of the server. */
    void kill(Side side);

    /** Stops every process of the server where it stands. */
    void freeze(Side side);

    /** Takes {@link #freeze} back. */
    void thaw(Side side);

    /** Loses the WAL that a slot holds of whose standby nothing is heard: so much more is written than slots may hold back. */
    void loseSlot(Side side, String slot);

    /** Kills a standby, and leaves what it leaves when it dies in its promotion and the new timeline is not in its control file. */
    void killInPromotion(Side side, Lsn fork);

    /** The archive that a standby reads has the history of a timeline that is not its own cluster's. */
    void plantHistory(Side side, int timeline);

    @Override
    void close();
}
