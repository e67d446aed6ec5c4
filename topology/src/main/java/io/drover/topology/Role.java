/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What processes ZooKeeper tells apart. A process shows that it has a role by a user of the role's name, and its password. */
public enum Role {
    CONTROLLER,
    AGENT,
    CLIENT,
    POOLER;

    /** The name of the user. */
    String user() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role with this user. */
    static Optional<Role> of(String user) {
        return Arrays.stream(values()).filter(role -> role.user().equals(user)).findFirst();
    }

    static List<String> users() {
        return Arrays.stream(values()).map(Role::user).toList();
    }
}
