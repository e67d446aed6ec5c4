/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import io.drover.testing.fake.Network;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/** What becomes of messages: cut links for certain, and the rest by the seed. */
public final class SimNetwork {
    private final SplittableRandom random;
    private final Set<String> cuts = new HashSet<>();
    private Weather weather = Weather.CALM;

    SimNetwork(SplittableRandom random) {
        this.random = random;
    }

    /**
     * How often, of a thousand messages, something happens to one.
     *
     * @param late it takes a while
     * @param lost it never arrives
     * @param twice it arrives twice
     * @param lag of a thousand writes in ZooKeeper, how many the server of a process does not hear of for a while
     */
    public record Weather(int late, int lost, int twice, int lag) {
        /** Everything arrives at once. */
        public static final Weather CALM = new Weather(0, 0, 0, 0);
    }

    /** From now on. */
    public void weather(Weather now) {
        weather = now;
    }

    void cut(String one, String other) {
        cuts.add(link(one, other));
    }

    void mend(String one, String other) {
        cuts.remove(link(one, other));
    }

    boolean connected(String one, String other) {
        return cuts.isEmpty() || !cuts.contains(link(one, other));
    }

    private static String link(String one, String other) {
        return one.compareTo(other) < 0 ? one + " " + other : other + " " + one;
    }

    /** A message of ZooKeeper; one that is lost takes its connection with it. */
    Network.Fate fate() {
        if (weather.late() + weather.lost() == 0) {
            return Network.Fate.AT_ONCE;
        }
        int drawn = random.nextInt(1000);
        if (drawn < weather.lost()) {
            return new Network.Fate(true, Duration.ofMillis(random.nextInt(300)));
        }
        return drawn < weather.lost() + weather.late() ? Network.Fate.in(delay()) : Network.Fate.AT_ONCE;
    }

    /** How long the server of a process does not hear of what is written just now; mostly it does at once. */
    Duration lag() {
        return weather.lag() > 0 && random.nextInt(1000) < weather.lag()
                ? Duration.ofNanos(random.nextInt(50_000_000))
                : Duration.ZERO;
    }

    /** Whether a message of the agents' protocol is lost. */
    boolean loses() {
        return weather.lost() > 0 && random.nextInt(1000) < weather.lost();
    }

    boolean doubles() {
        return weather.twice() > 0 && random.nextInt(1000) < weather.twice();
    }

    /** When the second of two arrives: mostly when nobody thinks of it any more. */
    Duration echo() {
        return random.nextInt(4) == 0
                ? latency()
                : Duration.ofMillis(random.nextInt(random.nextBoolean() ? 200 : 12_000));
    }

    Duration latency() {
        return weather.late() > 0 && random.nextInt(1000) < weather.late() ? delay() : Duration.ZERO;
    }

    /** Mostly milliseconds, sometimes longer than anybody waits. */
    private Duration delay() {
        return switch (random.nextInt(10)) {
            case 0 -> Duration.ofMillis(random.nextInt(8_000));
            case 1, 2 -> Duration.ofMillis(random.nextInt(700));
            default -> Duration.ofNanos(random.nextInt(20_000_000));
        };
    }
}
