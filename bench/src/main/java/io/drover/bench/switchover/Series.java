/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

/** What is compared: who switches, what the clients are, and how. */
public enum Series {
    /** Drover's default, seen through its client kit. */
    SEALED_KIT("drover", "kit", "sealed"),
    /** The source is stopped inside the pause and its WAL is read from its disk. */
    STRICT_KIT("drover", "kit", "strict"),
    /** Clients that know nothing of Drover. */
    SEALED_MULTI_HOST("drover", "multi-host", "sealed"),
    /** What a person would do without Drover. */
    BY_HAND("by-hand", "pool", "pg_promote");

    private final String product;
    private final String client;
    private final String mode;

    Series(String product, String client, String mode) {
        this.product = product;
        this.client = client;
        this.mode = mode;
    }

    String product() {
        return product;
    }

    String client() {
        return client;
    }

    String mode() {
        return mode;
    }

    /** As a person reads it, such as {@code drover sealed, kit}. */
    String title() {
        return title(product, client, mode);
    }

    static String title(String product, String client, String mode) {
        return product + " " + mode + ", " + client;
    }
}
