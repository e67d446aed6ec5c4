/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

/** The values of synchronous_commit that matter. */
public enum SyncLevel {
    LOCAL,
    ON,
    REMOTE_APPLY
}
