/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.Json;
import io.drover.api.SafeText;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which code carries out which verb, and how a command is read. */
final class VerbTable {
    /** What may be null may be missing: a controller of an older version does not know of it. */
    private static final ObjectReader READER = Json.strict(Json.configure(new ObjectMapper()))
            .reader()
            .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** No step takes longer in one command: what does is a job, and asked for. */
    private static final Duration LONGEST = Duration.ofHours(24);

    private static final ClassValue<List<Member>> MEMBERS = new ClassValue<>() {
        @Override
        protected List<Member> computeValue(Class<?> type) {
            return Member.in(type);
        }
    };

    /** Every kind of verb by the last part of its address. */
    private static final Map<String, Class<? extends Verb<?>>> TYPES = types();

    private final Map<Class<?>, Row<?, ?>> rows = new LinkedHashMap<>();

    private static Map<String, Class<? extends Verb<?>>> types() {
        Map<String, Class<? extends Verb<?>>> types = new TreeMap<>();
        for (Class<?> type : Verb.class.getPermittedSubclasses()) {
            @SuppressWarnings("unchecked") // what a sealed interface permits are its subtypes
            Class<? extends Verb<?>> verb = (Class<? extends Verb<?>>) type;
            types.put(Verb.pathOf(type), verb);
        }
        return types;
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
            throw new DroverException(
                    ErrorCode.NOT_SUPPORTED,
                    "this agent does not carry out " + verb.path(),
                    "controllers and agents have to be of the same version");
        }
        return row;
    }

    /** Every verb has a row, or this version was put together wrongly. */
    void requireComplete() {
        List<String> missing = TYPES.entrySet().stream()
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
        Class<? extends Verb<?>> type = TYPES.get(path);
        if (type == null) {
            throw new DroverException(
                    ErrorCode.NOT_FOUND,
                    "no such verb: " + SafeText.quoted(path) + "; nothing was done",
                    "verbs are " + TYPES.keySet());
        }
        try {
            Envelope envelope = READER.forType(Envelope.class)
                    .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .readValue(body);
            if (envelope == null || envelope.args() == null) {
                throw malformed(type, "args is missing", null);
            }
            Verb<?> verb = whole(type, envelope.args(), type);
            Token token = envelope.token() == null || envelope.token().isNull()
                    ? null
                    : whole(type, envelope.token(), Token.class);
            if (token != null) {
                refuseOutOfRange(token);
            }
            return new Command(token, verb);
        } catch (JsonProcessingException e) {
            throw malformed(type, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw malformed(type, String.valueOf(e.getMessage()), e);
        }
    }

    private record Envelope(
            @Nullable JsonNode token, @Nullable JsonNode args) {}

    /** Reads a record none of whose members is missing but those that may be. */
    private static <T> T whole(Class<?> verb, JsonNode json, Class<T> type) throws IOException {
        refuseMissing(verb, json, type);
        T read = READER.forType(type).readValue(json);
        if (read == null) {
            throw malformed(verb, type.getSimpleName() + " is null", null);
        }
        return read;
    }

    /** What a record's members may be is known to the compiler only; Jackson makes null or zero of an absent one. */
    private static void refuseMissing(Class<?> verb, JsonNode json, Class<?> type) {
        for (Member member : MEMBERS.get(type)) {
            JsonNode value = json.path(member.name());
            if (value.isMissingNode() || value.isNull()) {
                if (!member.nullable()) {
                    throw malformed(verb, member.name() + " is missing or null", null);
                }
            } else if (value.isObject() && member.type().isRecord()) {
                refuseMissing(verb, value, member.type());
            }
        }
    }

    /** A member of a record. To look for them takes longer than to read a command, and the pause waits for that. */
    private record Member(String name, Class<?> type, boolean nullable) {
        static List<Member> in(Class<?> type) {
            return Arrays.stream(type.getRecordComponents())
                    .map(component -> new Member(
                            component.getName(),
                            component.getType(),
                            component.getAnnotatedType().isAnnotationPresent(Nullable.class)))
                    .toList();
        }
    }

    private static void refuseOutOfRange(Token token) {
        if (token.timeoutMillis() < 1 || token.timeoutMillis() > LONGEST.toMillis()) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "the time limit of the token is " + token.timeoutMillis() + " ms: it lies in the past or beyond "
                            + LONGEST.toHours() + " h; nothing was done",
                    "send timeoutMillis from 1 to " + LONGEST.toMillis());
        }
        if (token.sequence() < 0) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    "the sequence of the token is negative; nothing was done",
                    "send the ZooKeeper transaction id of the move's record");
        }
    }

    private static DroverException malformed(Class<?> verb, String why, @Nullable Exception cause) {
        String names = Stream.of(verb.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.joining(", ", "{", "}"));
        return new DroverException(
                ErrorCode.MALFORMED_REQUEST,
                "the body of " + Verb.pathOf(verb) + " is not understood: " + SafeText.words(why)
                        + "; nothing was done",
                "send {\"token\": {leaderEpoch, move, step, sequence, timeoutMillis}, \"args\": " + names + "}",
                cause);
    }
}
