/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Who waits for which fact, in the order in which they began. Guarded by the world: whom a change does not concern sleeps on. */
final class FakeWaits {
    private final List<Wait> waiting = new ArrayList<>();

    /** One wait. */
    static final class Wait {
        private final BooleanSupplier fact;
        private final Runnable told;

        private Wait(BooleanSupplier fact, Runnable told) {
            this.fact = fact;
            this.told = told;
        }

        /** Whoever asks again hears of a failure itself. */
        private boolean isOver() {
            try {
                return fact.getAsBoolean();
            } catch (RuntimeException e) {
                return true;
            }
        }
    }

    /**
     * Begins a wait.
     *
     * @param fact nobody changes it by asking
     * @param told runs once, after the change that has made the fact true, on its thread and without the world's monitor
     */
    Wait add(BooleanSupplier fact, Runnable told) {
        Wait wait = new Wait(fact, told);
        waiting.add(wait);
        return wait;
    }

    void remove(Wait wait) {
        waiting.remove(wait);
    }

    /** Takes out those whose fact is true by now; answers what tells them. */
    List<Runnable> ready() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Runnable> woken = new ArrayList<>();
        for (int i = 0; i < waiting.size(); ) {
            Wait wait = waiting.get(i);
            if (wait.isOver()) {
                waiting.remove(i);
                woken.add(wait.told);
            } else {
                i++;
            }
        }
        return woken;
    }
}
