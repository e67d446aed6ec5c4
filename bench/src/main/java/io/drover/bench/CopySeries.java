/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way of copying, with or without a limit, and what was measured of it so far. */
final class CopySeries {
    static final String DROVER = "drover";
    static final String PLAIN = "pg_basebackup";

    private final String product;
    private final Copier copier;
    private final @Nullable Long maxRateBytes;
    private final List<Copied> copies = new ArrayList<>();
    private long errors;

    CopySeries(String product, Copier copier, @Nullable Long maxRateBytes) {
        this.product = product;
        this.copier = copier;
        this.maxRateBytes = maxRateBytes;
    }

    String product() {
        return product;
    }

    Copier copier() {
        return copier;
    }

    /** The limit, or null for none. */
    @Nullable
    Long maxRateBytes() {
        return maxRateBytes;
    }

    String mode() {
        return maxRateBytes == null ? "no limit" : "limited";
    }

    List<Copied> copies() {
        return List.copyOf(copies);
    }

    /** Calls of the writers that ended with an exception. */
    long errors() {
        return errors;
    }

    void add(Copied copy) {
        copies.add(copy);
    }

    void addErrors(long count) {
        errors += count;
    }
}
