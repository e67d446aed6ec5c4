/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

/**
 * What is compared: who switches, what the clients are, and how.
 *
 * @param key its name on the command line
 * @param product who switches
 * @param client what the application connects through
 * @param mode how it is switched
 * @param ownLoad whether it brings a load of its own, and knows none of the others
 * @param opening makes its turns
 */
public record Series(String key, String product, String client, String mode, boolean ownLoad, Opening opening) {
    /** How turns are made on a shard. */
    public interface Opening {
        Turn on(Ground ground);
    }

    /** Drover's own name as a product. */
    static final String DROVER = "drover";

    /** As a person reads it, such as {@code drover sealed, kit}. */
    public String title() {
        return title(product, client, mode);
    }

    static String title(String product, String client, String mode) {
        return product + " " + mode + ", " + client;
    }

    boolean isDrover() {
        return product.equals(DROVER);
    }
}
