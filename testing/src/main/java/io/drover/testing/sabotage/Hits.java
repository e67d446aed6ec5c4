/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** Which of the replaced methods were called: a sabotage that nobody met proves nothing. In the daemon. */
public final class Hits {
    private static final Set<String> SEEN = new ConcurrentSkipListSet<>();

    private Hits() {}

    /** Notes a call, by class and method. */
    public static void note(String method) {
        SEEN.add(method);
    }

    /** What was called since the last time, and forgets it. */
    static Set<String> take() {
        Set<String> taken = Set.copyOf(SEEN);
        SEEN.clear();
        return taken;
    }
}
