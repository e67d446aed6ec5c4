/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What has happened in a world: always a number that two equal runs share, and the lines only when somebody wants to read them. */
public final class Trace {
    private static final long PRIME = 0x100000001b3L;

    private long digest = 0xcbf29ce484222325L;
    private @Nullable List<String> lines;

    /** Keeps the lines from now on. */
    void keepLines() {
        lines = new ArrayList<>();
    }

    boolean keepsLines() {
        return lines != null;
    }

    void step(long now, Strand strand) {
        mix(now);
        mix(strand.process.number());
        mix(strand.name.hashCode());
    }

    /** Something worth reading. */
    void say(long now, String line) {
        mix(line.hashCode());
        List<String> kept = lines;
        if (kept != null) {
            kept.add(String.format(Locale.ROOT, "%12.4f %s", now / 1e9, line));
        }
    }

    private void mix(long value) {
        digest = (digest ^ value) * PRIME;
        digest ^= digest >>> 29;
    }

    /** Equal runs have equal digests. */
    public long digest() {
        return digest;
    }

    /** What was said. */
    public List<String> lines() {
        List<String> kept = lines;
        return kept == null ? List.of() : List.copyOf(kept);
    }
}
