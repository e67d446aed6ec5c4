/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The servers of an ensemble and the chroot, as ZooKeeper writes them: {@code zk1:2181,zk2:2181/drover}. Credentials are sent there, so each
 * server is one that a person can read; and the chroot leads to no other place than it says.
 */
public record ZooKeeperAddress(@JsonValue String value) {
    private static final int MOST_BYTES = 2000;
    private static final String SERVER = "(?:\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9_.-]+)(?::[0-9]{1,5})?";
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([A-Za-z0-9_.-]+))(?::([0-9]{1,5}))?");
    private static final Form FORM = new Form(
            "ZooKeeper's address",
            SERVER + "(?:," + SERVER + ")*(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.-]+)*",
            MOST_BYTES,
            "host:port[,host:port...]/chroot");

    /**
     * Checks the form of the address.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public ZooKeeperAddress {
        FORM.checked(value);
        for (String server : servers(value)) {
            Matcher parts = HOST_AND_PORT.matcher(server);
            if (parts.matches()) {
                new HostName(parts.group(1) == null ? parts.group(2) : parts.group(1));
                if (parts.group(3) != null) {
                    Port.checked(Integer.parseInt(parts.group(3)));
                }
            }
        }
    }

    private static List<String> servers(String value) {
        int chroot = value.indexOf('/');
        return List.of((chroot < 0 ? value : value.substring(0, chroot)).split(",", -1));
    }

    /** Whether it names a chroot. */
    public boolean hasChroot() {
        return value.indexOf('/') >= 0;
    }

    @Override
    public String toString() {
        return value;
    }
}
