/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import java.time.Duration;

/**
 * The size of a workload.
 *
 * @param run tells the rows of this workload from those of others in the same table
 * @param writers threads that write as fast as the server acknowledges
 * @param readers threads that read
 * @param rows rows of the table that is read and updated
 * @param seed of the choice of rows
 * @param writerPause what each writer waits between two writes
 * @param readerPause what each reader waits between two reads
 */
public record LedgerOptions(
        int run, int writers, int readers, long rows, long seed, Duration writerPause, Duration readerPause) {}
