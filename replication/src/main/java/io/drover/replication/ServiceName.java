/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * Under which service manager somebody else's server runs: whoever starts it again asks that one.
 *
 * @param name the unit, such as {@code postgresql@15-main.service}, or {@code version/cluster} of Debian's pg_ctlcluster
 */
public record ServiceName(Kind kind, String name) {
    private static final Pattern UNIT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9@_.:\\\\-]*\\.service");
    private static final Pattern CLUSTER = Pattern.compile("\\d+(\\.\\d+)?/[A-Za-z0-9_.][A-Za-z0-9_.-]*");

    /** What kind of service manager it is. */
    public enum Kind {
        SYSTEMD,
        PG_CTLCLUSTER
    }

    /** Becomes an argument of a program: checked, wherever it comes from. */
    public ServiceName {
        requireNonNull(kind, "kind is null");
        Pattern wanted = kind == Kind.SYSTEMD ? UNIT : CLUSTER;
        if (!wanted.matcher(requireNonNull(name, "name is null")).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name of a " + kind + " service");
        }
    }
}
