/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Replica;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a shard may lie. Names are compared as names and addresses as addresses: nothing is looked up, or whoever answers for DNS would
 * decide.
 */
final class AllowedHosts {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    /** A text of this form is never looked up by Java, neither is one that only resembles it. */
    private static final Pattern ADDRESS =
            Pattern.compile(BYTE + "(\\." + BYTE + "){3}|[0-9A-Fa-f:][0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
    private static final Pattern NAME = Pattern.compile("(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?");
    private static final int BITS_OF_A_BYTE = 8;

    private final List<String> texts;
    private final List<Predicate<String>> rules;

    /**
     * Reads what is allowed; nothing means anywhere.
     *
     * @throws IllegalArgumentException when an entry is no name, address or network
     */
    AllowedHosts(List<String> texts) {
        this.texts = List.copyOf(texts);
        this.rules = texts.stream().map(AllowedHosts::rule).toList();
    }

    /** Why a topology is refused; empty when it leads to allowed places only. */
    Optional<String> refusal(ShardTopology topology) {
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        return Stream.concat(
                        Stream.of(topology.primary().host()),
                        topology.replicas().stream().map(Replica::host))
                .filter(host -> rules.stream().noneMatch(rule -> rule.test(host)))
                .findFirst()
                .map(host -> "ZooKeeper says that shard " + topology.shard() + " lies on " + host + " in epoch "
                        + topology.epoch() + ", which is none of the allowed hosts " + texts);
    }

    private static Predicate<String> rule(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (ADDRESS.matcher(host).matches()) {
            byte[] network = address(host);
            int bits = slash < 0 ? network.length * BITS_OF_A_BYTE : bits(text, network);
            return candidate -> ADDRESS.matcher(candidate).matches() && isWithin(network, bits, candidate);
        }
        if (slash >= 0 || NUMBERS.matcher(text).matches() || !NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("allowedHosts: '" + text + "' is no name, *.suffix, address or network");
        }
        String name = text.toLowerCase(Locale.ROOT);
        return name.startsWith("*.")
                ? candidate -> candidate.toLowerCase(Locale.ROOT).endsWith(name.substring(1))
                : candidate -> candidate.toLowerCase(Locale.ROOT).equals(name);
    }

    private static int bits(String text, byte[] network) {
        String digits = text.substring(text.indexOf('/') + 1);
        if (!digits.matches("[0-9]{1,3}") || Integer.parseInt(digits) > network.length * BITS_OF_A_BYTE) {
            throw new IllegalArgumentException("allowedHosts: '" + text + "' has no such number of bits");
        }
        return Integer.parseInt(digits);
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("allowedHosts: '" + text + "' is no address", e);
        }
    }

    private static boolean isWithin(byte[] network, int bits, String candidate) {
        byte[] address;
        try {
            address = address(candidate);
        } catch (IllegalArgumentException e) {
            return false;
        }
        int whole = bits / BITS_OF_A_BYTE;
        int rest = bits % BITS_OF_A_BYTE;
        return address.length == network.length
                && Arrays.equals(address, 0, whole, network, 0, whole)
                && (rest == 0
                        || (address[whole] ^ network[whole]) >> (BITS_OF_A_BYTE - rest) << (BITS_OF_A_BYTE - rest)
                                == 0);
    }
}
