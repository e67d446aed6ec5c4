/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.move;

/** What a person can order of a move. */
enum Order {
    APPROVE("approve"),
    DRILL("drill"),
    ABORT("abort"),
    ROLLBACK("rollback"),
    COMPLETE("complete"),
    /** Completes without waiting for the end of the bake, or gives a way back up that cannot be made. */
    END_BAKE("complete"),
    PAUSE("pause"),
    RESUME("resume");

    private final String word;

    Order(String word) {
        this.word = word;
    }

    /** The last part of its address, and the command. */
    String word() {
        return word;
    }
}
