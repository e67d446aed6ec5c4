/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

/**
 * One entry of a znode's access list.
 *
 * @param scheme how ZooKeeper recognises whom it is for, such as {@code digest}
 * @param id whom
 * @param rights letters of {@code cdrwa}, in this order: make and delete children, read, write, change the list
 */
record Grant(String scheme, String id, String rights) {
    static final String ALL = "cdrwa";
    private static final String DIGEST = "digest";

    Grant {
        requireNonNull(scheme, "scheme is null");
        requireNonNull(id, "id is null");
        requireNonNull(rights, "rights is null");
    }

    static Grant digest(String id, String rights) {
        return new Grant(DIGEST, id, rights);
    }

    /** Whether it is for a user of this name, whatever the password. */
    boolean isFor(String user) {
        return scheme.equals(DIGEST) && id.startsWith(user + ":");
    }

    /** Whether it needs no password: it is for everybody, or for an address, which can be forged. */
    boolean isOpen() {
        return scheme.equals("world") || scheme.equals("ip");
    }

    /** Without the hash. */
    @Override
    public String toString() {
        return scheme + ":" + (scheme.equals(DIGEST) && id.contains(":") ? Credentials.userOf(id) : id) + " " + rights;
    }
}
