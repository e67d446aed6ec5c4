/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import io.drover.api.ShardId;
import java.util.regex.Pattern;

/** Shards by the form of their ids: {@code *} stands for any characters, also none. */
public final class ShardPattern {
    private static final Pattern FORM = Pattern.compile("[a-z0-9_*]{1,63}");
    private static final String EVERY = "*";
    /** More would say no more, and could be made to take long. */
    private static final int STARS = 3;

    private final String text;
    private final Pattern pattern;

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when the text can fit no shard's id
     */
    public ShardPattern(String text) {
        if (!FORM.matcher(text).matches()
                || text.chars().filter(each -> each == '*').count() > STARS) {
            throw new IllegalArgumentException(
                    "a pattern of shards is up to 63 of the characters of a shard's id, with up to " + STARS + " of *");
        }
        this.text = text;
        // nothing that FORM lets through means anything in an expression but the star
        this.pattern = Pattern.compile(text.replaceAll("\\*+", ".*"));
    }

    /** Whether every shard is meant, also those that are still to come. */
    boolean isEvery() {
        return text.equals(EVERY);
    }

    boolean fits(ShardId shard) {
        return pattern.matcher(shard.value()).matches();
    }

    @Override
    public String toString() {
        return text;
    }
}
