/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import org.junit.jupiter.api.Test;

class WalRecordTest {
    @Test
    void readsALineOfPgWaldump() {
        WalRecord record = WalRecord.parse(
                        "rmgr: Heap        len (rec/tot):     54/  8202, tx:        740, lsn: 0/03000148,"
                                + " prev 0/03000110, desc: INSERT off 2 flags 0x00, blkref #0: rel 1663/16384/16400 blk 0 FPW")
                .orElseThrow();

        assertThat(record.manager()).isEqualTo("Heap");
        assertThat(record.transaction()).isEqualTo(740);
        assertThat(record.lsn()).isEqualTo(Lsn.parse("0/3000148"));
        assertThat(record.maintenance()).isFalse();
        assertThat(record.neutral()).isFalse();
    }

    @Test
    void skipsWhatIsNoRecord() {
        assertThat(WalRecord.parse("first record is after 0/3000000, at 0/3000028, skipping over 40 bytes"))
                .isEmpty();
    }

    @Test
    void knowsCommitsAndTheirChildren() {
        WalRecord commit =
                of("Transaction", "COMMIT 2025-11-06 10:00:00.000000 UTC; subxacts: 741 742; inval msgs: catcache 80");

        assertThat(commit.commit()).isTrue();
        assertThat(commit.committed()).isEqualTo(740);
        assertThat(commit.subtransactions()).containsExactly(741L, 742L);
        assertThat(of("Transaction", "ABORT 2025-11-06 10:00:00.000000 UTC").commit())
                .isFalse();
    }

    @Test
    void aPreparedCommitBelongsToThePreparedTransaction() {
        WalRecord commit = of("Transaction", "COMMIT_PREPARED 739: 2025-11-06 10:00:00.000000 UTC");

        assertThat(commit.preparedCommit()).isTrue();
        assertThat(commit.committed()).isEqualTo(739);
    }

    @Test
    void takesStatisticsForMaintenanceAndNothingElse() {
        assertThat(of("Heap", "HOT_UPDATE off 3 xmax 740, blkref #0: rel 1663/5/2619 blk 1")
                        .maintenance())
                .isTrue();
        assertThat(of("Btree", "INSERT_LEAF off 9, blkref #0: rel 1663/5/2696 blk 1")
                        .maintenance())
                .isTrue();
        assertThat(of("Heap", "INPLACE off 3, blkref #0: rel 1663/5/1259 blk 1").maintenance())
                .isTrue();
        assertThat(of("LogicalMessage", "MESSAGE transactional, prefix \"drover\"; payload (1 bytes): 78")
                        .maintenance())
                .isTrue();
        // GRANT changes pg_class by an update, CREATE makes a file, an application may send messages
        assertThat(of("Heap", "UPDATE off 3 xmax 740, blkref #0: rel 1663/5/1259 blk 1")
                        .maintenance())
                .isFalse();
        assertThat(of("Storage", "CREATE base/5/16400").maintenance()).isFalse();
        assertThat(of("LogicalMessage", "MESSAGE transactional, prefix \"app\"; payload (1 bytes): 78")
                        .maintenance())
                .isFalse();
        assertThat(of("Sequence", "LOG rel 1663/16384/16400, blkref #0: rel 1663/16384/16400 blk 0")
                        .maintenance())
                .isFalse();
    }

    @Test
    void tidyingSaysNothingAboutATransaction() {
        assertThat(of("XLOG", "NEXTOID 32768").neutral()).isTrue();
        assertThat(of("Heap2", "PRUNE snapshotConflictHorizon 5, blkref #0: rel 1663/5/16400 blk 1")
                        .neutral())
                .isTrue();
        assertThat(of("XLOG", "FPI_FOR_HINT , blkref #0: rel 1663/5/16400 blk 0 FPW")
                        .neutral())
                .isTrue();
        assertThat(of("Heap2", "MULTI_INSERT 4 tuples, blkref #0: rel 1663/5/16400 blk 1")
                        .neutral())
                .isFalse();
    }

    @Test
    void endsWhereAStandbySaysThatItHasReplayedIt() {
        long segment = 16L << 20;
        assertThat(at("0/3000148", 114).end(segment)).isEqualTo(Lsn.parse("0/30001C0"));
        // the rest of it lies behind the header of the next page
        assertThat(at("0/3001FC8", 114).end(segment)).isEqualTo(Lsn.parse("0/3002058"));
        // to the last byte of a page
        assertThat(at("0/3001FC8", 56).end(segment)).isEqualTo(Lsn.parse("0/3002000"));
        // the first page of a segment has a longer header
        assertThat(at("0/3FFFFC8", 114).end(segment)).isEqualTo(Lsn.parse("0/4000068"));
        assertThat(at("0/3000028", 20_000).end(segment)).isEqualTo(Lsn.parse("0/3004E78"));
    }

    private static WalRecord at(String lsn, long length) {
        return WalRecord.parse(
                        "rmgr: XLOG        len (rec/tot):     30/%6d, tx:          0, lsn: %s, prev 0/3000110, desc: X"
                                .formatted(length, lsn))
                .orElseThrow();
    }

    private static WalRecord of(String manager, String description) {
        return new WalRecord(manager, 114, 740, Lsn.parse("0/3000148"), description);
    }
}
