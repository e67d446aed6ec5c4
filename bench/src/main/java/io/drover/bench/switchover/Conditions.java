/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.LoadKind;

/**
 * What a series is measured under.
 *
 * @param sessions connections of the application, those of the writers included
 */
public record Conditions(LoadKind load, int sessions) {
    /** As a person reads it. */
    public String title() {
        return load.key() + ", " + sessions + (sessions == 1 ? " session" : " sessions");
    }
}
