/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

/**
 * One transaction of one session: a process id alone may be somebody else's by the time a command arrives.
 *
 * @param pid the process that serves the session
 * @param startedMicros when the session began, by the server's clock
 * @param transactionMicros when the transaction began that it is in
 */
public record SessionMark(int pid, long startedMicros, long transactionMicros) {}
