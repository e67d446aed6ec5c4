/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.ByteSize;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest;
import io.drover.api.Port;
import io.drover.api.SafeText;
import io.drover.api.ShardAdoption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks of requests that JSON's grammar cannot make: required values that are null (400), values out of range (422). */
final class Bodies {
    private static final int PERCENT = 100;
    /** What pg_basebackup --max-rate takes. */
    private static final ByteSize LEAST_RATE = ByteSize.parse("32KiB");

    private static final ByteSize MOST_RATE = ByteSize.parse("1GiB");

    private Bodies() {}

    static MoveRequest checked(@Nullable MoveRequest request) {
        MoveRequest move = required(request, "body");
        required(move.shard(), "shard");
        required(move.target(), "target");
        for (MoveRequest.Waiver waiver : required(move.waive(), "waive")) {
            required(waiver.check(), "waive.check");
            if (required(waiver.reason(), "waive.reason").isBlank()) {
                throw outOfRange("waive.reason", "must say why check " + waiver.check() + " is waived");
            }
        }
        positive(move.maxWritePause(), "maxWritePause");
        positive(move.drainTimeout(), "drainTimeout");
        positive(move.deadline(), "deadline");
        ByteSize maxRate = required(move.bootstrap(), "bootstrap").maxRate();
        if (maxRate != null && (maxRate.bytes() < LEAST_RATE.bytes() || maxRate.bytes() > MOST_RATE.bytes())) {
            throw outOfRange(
                    "bootstrap.maxRate",
                    "must be from " + LEAST_RATE + " to " + MOST_RATE + " per second; leave it out for no limit");
        }
        readShift(required(move.readShift(), "readShift"));
        return move;
    }

    static ShardAdoption checked(@Nullable ShardAdoption request) {
        ShardAdoption adoption = required(request, "body");
        required(adoption.node(), "node");
        required(adoption.database(), "database");
        if (adoption.port() < 1 || adoption.port() > Port.GREATEST) {
            throw outOfRange("port", "must be from 1 to " + Port.GREATEST);
        }
        boolean initialize = adoption.initialize() != null && adoption.initialize();
        if (adoption.dataDir() == null && !initialize) {
            throw missing("dataDir");
        }
        if (adoption.dataDir() != null && initialize) {
            throw new DroverException(
                    ErrorCode.NOT_SUPPORTED,
                    "dataDir with initialize is not supported by this version; nothing was changed",
                    "leave dataDir out: the agent makes the directory below its dataRoot");
        }
        return adoption;
    }

    /** A value that must be there. */
    static <T> T required(@Nullable T value, String field) {
        if (value == null) {
            throw missing(field);
        }
        return value;
    }

    /** A value of the query part of a URI, or empty; 400 when it has not the value's form. */
    static <T> Optional<T> query(@Nullable String text, String name, Function<String, T> parse) {
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(text));
        } catch (IllegalArgumentException e) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "'" + name + "': " + SafeText.quoted(text) + " is not allowed: " + SafeText.words(e.getMessage()),
                    "GET /openapi.json describes the parameters");
        }
    }

    private static void readShift(List<Integer> percentages) {
        int last = 0;
        for (Integer percentage : percentages) {
            if (percentage <= last || percentage > PERCENT) {
                throw outOfRange("readShift", "must rise within 1 to 100, such as [1, 10, 50, 100]");
            }
            last = percentage;
        }
    }

    private static void positive(@Nullable Duration value, String field) {
        if (value != null && value.isZero()) {
            throw outOfRange(field, "must be more than 0");
        }
    }

    private static DroverException missing(String field) {
        return new DroverException(
                ErrorCode.MALFORMED_REQUEST,
                field.equals("body") ? "a JSON body is needed" : "the field '" + field + "' is missing",
                "GET /openapi.json describes the body");
    }

    private static DroverException outOfRange(String field, String rule) {
        return new DroverException(
                ErrorCode.INVALID_VALUE,
                "field '" + field + "' " + rule,
                "GET /openapi.json describes the fields, their units and their ranges");
    }
}
