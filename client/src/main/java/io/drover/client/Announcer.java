/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.FenceEpoch;

/** Tells the controller how far this client is. Returns at once. */
interface Announcer {
    /** The newest state; replaces an earlier one that has not been told yet. */
    void announce(FenceEpoch acknowledged, boolean targetReady);
}
