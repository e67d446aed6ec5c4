/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Which code carries out which verb, and how a command is read. */
final class VerbTable {
    private static final ObjectReader READER = Json.mapper()
            .reader()
            .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Map<String, Class<? extends Verb<?>>> types = new TreeMap<>();
    private final Map<Class<?>, Row<?, ?>> rows = new LinkedHashMap<>();

    VerbTable() {
        for (Class<?> type : Verb.class.getPermittedSubclasses()) {
            @SuppressWarnings("unchecked") // what a sealed interface permits are its subtypes
            Class<? extends Verb<?>> verb = (Class<? extends Verb<?>>) type;
            types.put(Verb.pathOf(type), verb);
        }
    }

    /** Carries out a verb. */
    interface Body<V, R> {
        R run(V verb, VerbCall call);
    }

    /**
     * How a verb is carried out.
     *
     * @param alone whether it waits until no other verb of the instance runs
     * @param needsToken whether it only exists within a move
     * @param first what is stored together with the token, before anything is done
     * @param unknown the answer when the node has no such instance; null when that is an error
     */
    record Row<V extends Verb<R>, R>(
            boolean alone,
            boolean needsToken,
            BiFunction<V, VerbCall, UnaryOperator<InstanceRecord>> first,
            @Nullable BiFunction<V, NewInstance, R> unknown,
            Body<V, R> body) {
        Row<V, R> beside() {
            return new Row<>(false, needsToken, first, unknown, body);
        }

        Row<V, R> outsideMoves() {
            return new Row<>(alone, false, first, unknown, body);
        }

        Row<V, R> storingFirst(BiFunction<V, VerbCall, UnaryOperator<InstanceRecord>> change) {
            return new Row<>(alone, needsToken, change, unknown, body);
        }

        Row<V, R> whenUnknown(BiFunction<V, NewInstance, R> answer) {
            return new Row<>(alone, needsToken, first, answer, body);
        }

        Row<V, R> nothingWhenUnknown(Supplier<R> answer) {
            return whenUnknown((verb, call) -> answer.get());
        }
    }

    /** A verb for an instance that the node does not know. */
    record NewInstance(InstanceId id, @Nullable Token token, Deadline deadline) {}

    /** A command as it was sent. */
    record Command(@Nullable Token token, Verb<?> verb) {}

    /** A row that runs alone and within a move. */
    static <V extends Verb<R>, R> Row<V, R> row(Body<V, R> body) {
        return new Row<>(true, true, (verb, call) -> UnaryOperator.identity(), null, body);
    }

    /** Adds a row. */
    <V extends Verb<R>, R> VerbTable on(Class<V> verb, Row<V, R> row) {
        rows.put(verb, row);
        return this;
    }

    /** The row of a verb. */
    <R> Row<Verb<R>, R> rowOf(Verb<R> verb) {
        @SuppressWarnings("unchecked") // on() is the only way in, and it ties class and row
        Row<Verb<R>, R> row = (Row<Verb<R>, R>) rows.get(verb.getClass());
        if (row == null) {
            throw new DroverException(ErrorCode.NOT_SUPPORTED, "this agent does not carry out " + verb.path());
        }
        return row;
    }

    /** Every verb has a row, or this version was put together wrongly. */
    void requireComplete() {
        List<String> missing = types.entrySet().stream()
                .filter(type -> !rows.containsKey(type.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("BUG: nothing carries out " + missing);
        }
    }

    /**
     * Reads a command.
     *
     * @throws DroverException NOT_FOUND for an unknown verb, MALFORMED_REQUEST for a body that is not exactly its arguments
     */
    Command read(String path, byte[] body) {
        Class<? extends Verb<?>> type = types.get(path);
        if (type == null) {
            throw new DroverException(ErrorCode.NOT_FOUND, "no such verb: " + path, "verbs are " + types.keySet());
        }
        try {
            Envelope envelope = READER.forType(Envelope.class).readValue(body);
            Verb<?> verb = READER.forType(type).readValue(envelope.args());
            refuseNulls(verb);
            return new Command(envelope.token(), verb);
        } catch (JsonProcessingException e) {
            throw malformed(path, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw malformed(path, String.valueOf(e.getMessage()), e);
        }
    }

    private record Envelope(@Nullable Token token, JsonNode args) {}

    private static void refuseNulls(Verb<?> verb) {
        for (RecordComponent component : verb.getClass().getRecordComponents()) {
            boolean mayBeNull = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (!mayBeNull && valueOf(verb, component) == null) {
                throw malformed(verb.path(), component.getName() + " is null", null);
            }
        }
    }

    private static @Nullable Object valueOf(Verb<?> verb, RecordComponent component) {
        try {
            return component.getAccessor().invoke(verb);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("BUG: a record's accessor failed: " + component, e);
        }
    }

    private static DroverException malformed(String path, String why, @Nullable Exception cause) {
        return new DroverException(
                ErrorCode.MALFORMED_REQUEST, "the body of " + path + " is not understood: " + why, null, cause);
    }
}
