/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

/** A port of TCP. */
public final class Port {
    /** The greatest there is. */
    public static final int GREATEST = 65_535;

    private Port() {}

    /**
     * The number itself.
     *
     * @throws IllegalArgumentException when no port has it
     */
    public static int checked(int number) {
        if (number < 1 || number > GREATEST) {
            throw new IllegalArgumentException("not a port: " + number + "; it must be from 1 to " + GREATEST);
        }
        return number;
    }
}
