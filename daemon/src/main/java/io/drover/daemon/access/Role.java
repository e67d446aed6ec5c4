/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do, always for certain shards. Each role may look; none but that is part of another. */
public enum Role {
    /** Looks. */
    VIEWER,
    /** Starts and steers moves, drills and standbys. */
    OPERATOR,
    /** Lets a cutover begin. */
    APPROVER,
    /** Adopts, makes and purges instances, and rebuilds the topology. */
    ADMIN;

    /** As people write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role that is written so. */
    public static Optional<Role> of(String text) {
        return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
    }
}
