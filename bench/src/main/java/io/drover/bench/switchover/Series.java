/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

/**
 * What is compared: who switches, what the clients are, and how.
 *
 * @param key its name on the command line
 * @param product who switches
 * @param client what the application connects through
 * @param mode how it is switched
 * @param ownClients how many clients it brings with a load of its own, which stands for that of the writers; 0 when it bears any load
 * @param opening makes its turns
 */
public record Series(String key, String product, String client, String mode, int ownClients, Opening opening) {
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

    boolean hasOwnLoad() {
        return ownClients > 0;
    }

    boolean isDrover() {
        return product.equals(DROVER);
    }
}
