/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

import io.drover.replication.InstanceMonitor.ActivityView;
import io.drover.replication.InstanceMonitor.OpenTransaction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How long transactions of clients last, learnt from looks at those that are open: one that is gone at the next look has ended
 * between the two. With it can be told how long it takes until all that are open now have ended.
 */
final class TransactionLengths {
    /** Of the last second or so; what clients did before tells less. */
    private static final int KEPT = 500;

    /** In milliseconds; of one that ended some time after an older look nothing is known. */
    private static final double MOST_BETWEEN_LOOKS = 50;

    private final Deque<Double> ended = new ArrayDeque<>();
    private Map<Key, Double> open = Map.of();
    private double lastLook;

    private record Key(int pid, long begun) {}

    /**
     * Another look.
     *
     * @param at milliseconds on a monotonic clock
     */
    void look(ActivityView view, double at) {
        Map<Key, Double> now = new HashMap<>();
        view.open().forEach(each -> now.put(new Key(each.pid(), each.begun()), each.millis()));
        double between = at - lastLook;
        lastLook = at;
        if (between <= MOST_BETWEEN_LOOKS) {
            open.forEach((key, millis) -> {
                if (!now.containsKey(key)) {
                    ended.add(millis + between / 2);
                }
            });
        }
        while (ended.size() > KEPT) {
            ended.remove();
        }
        open = now;
    }

    /**
     * How long it will take from the fence on until the last of these has ended, in milliseconds.
     *
     * @param untilFence milliseconds from this look to the moment when clients hear of the fence
     */
    double restMillis(ActivityView view, double untilFence) {
        List<Double> lengths = ended.stream().sorted().toList();
        return view.open().stream()
                .mapToDouble(each -> rest(each, lengths, untilFence))
                .max()
                .orElse(0);
    }

    private static double rest(OpenTransaction each, List<Double> lengths, double untilFence) {
        OptionalDouble whole = usual(each.millis(), lengths);
        if (whole.isEmpty()) {
            // as far as anybody knows it is in its middle
            return each.millis();
        }
        double rest = whole.orElseThrow() - each.millis() - untilFence;
        // as many are open at any time: where one ends before the fence, another one like it has begun
        return rest > 0 ? rest : whole.orElseThrow() - -rest % whole.orElseThrow();
    }

    /** The median of those that lasted for longer than this one has by now. */
    private static OptionalDouble usual(double millis, List<Double> lengths) {
        double[] longer = lengths.stream()
                .mapToDouble(Double::doubleValue)
                .filter(each -> each > millis)
                .toArray();
        return longer.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(longer[longer.length / 2]);
    }
}
