/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names a move. Its first 8 characters are random and unique among stored moves; slots and directories carry them. */
public record MoveId(@JsonValue String value) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9]{8}[a-z0-9-]{0,55}");
    private static final int SHORT_LENGTH = 8;

    /**
     * Checks the form of the id.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    @JsonCreator
    public MoveId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a move id: " + SafeText.quoted(value) + " does not match " + FORM.pattern());
        }
    }

    /** A new random id. */
    public static MoveId random() {
        return new MoveId(UUID.randomUUID().toString());
    }

    /** The first 8 characters. */
    public String shortId() {
        return value.substring(0, SHORT_LENGTH);
    }

    /** The physical slot on the source that holds WAL for the target: {@code drover_<short id>}. */
    public String slotName() {
        return "drover_" + shortId();
    }

    /** The physical slot that holds WAL for another standby of the instance: {@code drover_<short id>_s<number>}. */
    public String standbySlotName(int number) {
        return slotName() + "_s" + number;
    }

    /** The physical slot on the target that holds WAL for the rollback replica: {@code drover_<short id>_back}. */
    public String rollbackSlotName() {
        return slotName() + "_back";
    }

    @Override
    public String toString() {
        return value;
    }
}
