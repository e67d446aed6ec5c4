/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** What somebody sends who means harm, or who has slipped: each of these was a hole in some program once. */
public final class HostileText {
    /** By hand. None is a name of anything. */
    public static final List<String> SAMPLES = Stream.of(
                    "",
                    " ",
                    "'; rm -rf /; '",
                    "\"; DROP TABLE t; --",
                    "--",
                    "--help",
                    "-oProxyCommand=id",
                    "$(id)",
                    "`id`",
                    "${jndi:ldap://a/b}",
                    "%s%n%x",
                    "a%00b",
                    "../../etc/passwd",
                    "/../etc",
                    "..",
                    "a\nb",
                    "a\r\nSet-Cookie: x=y",
                    "a\u0000b",
                    "a\tb",
                    "\\",
                    "a\\'b",
                    "'",
                    "\"",
                    "a' host='evil",
                    "a b=c",
                    "h1,h2",
                    "@socket",
                    "a;b",
                    "a|b",
                    "a&b",
                    "<script>alert(1)</script>",
                    "{\"a\": 1}",
                    "\u202egnp.exe",
                    "\u200bzero",
                    "\u001b[2J",
                    "\u009b31m",
                    "\ud800",
                    "\u2028line",
                    "a\ufeff",
                    "x".repeat(64) + "!",
                    "\u00e4".repeat(40),
                    "x".repeat(100_000))
            .toList();

    private static final String SPICE =
            "'\"\\`$(){}[]<>;|&%!#*?~^=,:@/.-_ \t\n\r\u0000\u0007\u001b\u007f\u0085\u009b\u00ad\u200e\u202e\u2028\ufeff\ud800aZ09\u00e4\u05d0\u4e2d";

    private HostileText() {}

    /** The samples, what is drawn from dangerous characters, and any text at all. */
    public static Arbitrary<String> any() {
        Arbitrary<String> spicy =
                Arbitraries.strings().withChars(SPICE.toCharArray()).ofMaxLength(40);
        Arbitrary<String> whatever = Arbitraries.strings().all().ofMaxLength(80);
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.of(SAMPLES)), Tuple.of(4, spicy), Tuple.of(2, whatever));
    }
}
