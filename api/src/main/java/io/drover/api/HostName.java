/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * One host by its name or address: no list, no Unix socket, no port. An address is written out, as four decimal numbers or as IPv6; the
 * short and the hexadecimal ways to write one, which resolvers take, are not, since nobody sees where they lead. Link-local addresses
 * are refused: behind them lie services of the machine's provider, and no node (S21 of the hazards).
 */
public record HostName(@JsonValue String value) {
    private static final int MOST_BYTES = 253;
    private static final String LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Form FORM = new Form(
            "a host",
            "[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*|(?:" + LABEL + "\\.)*" + LABEL + "\\.?",
            MOST_BYTES,
            "one host name or address of a node: letters, digits, '-', '_' and '.', or an IPv6 address without brackets");

    private static final Pattern QUAD =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

    /** Resolvers take a name whose last part is a number, also a hexadecimal one, for an address. */
    private static final Pattern NUMBER_LAST = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\\.?");

    /**
     * Checks the form of the name or address.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public HostName {
        FORM.checked(value);
        if (value.contains(":") || QUAD.matcher(value).matches()) {
            requireOfANode(value);
        } else if (NUMBER_LAST.matcher(value).matches()) {
            throw FORM.refused(value, "an address is written as four decimal numbers from 0 to 255");
        }
    }

    private static void requireOfANode(String address) {
        InetAddress parsed;
        try {
            // a text of these forms is never looked up
            parsed = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw FORM.refused(address, "it is no IPv6 address");
        }
        if (parsed.isLinkLocalAddress() || parsed.isAnyLocalAddress() || parsed.isMulticastAddress()) {
            throw FORM.refused(address, "link-local, wildcard and multicast addresses are no node's");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
