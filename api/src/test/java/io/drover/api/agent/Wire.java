/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

import com.fasterxml.jackson.annotation.JsonValue;
import io.drover.api.Participant;
import io.drover.api.ShardTopology;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of what daemons of different versions say to each other. A member is named with its type; one that may be missing has a
 * question mark.
 *
 * @param commands what is refused as a whole when a member is not known
 * @param answers what is read without what is not known
 */
record Wire(Map<String, Map<String, String>> commands, Map<String, Map<String, String>> answers) {
    /** Types of a text that the first version had already. */
    private static final Set<String> NAMED = Set.of("InstanceId", "MoveId", "NodeId", "ShardId");

    /** As this version has them. */
    static Wire present() {
        Map<String, Map<String, String>> commands = new TreeMap<>();
        Map<String, Map<String, String>> answers = new TreeMap<>();
        describe(Token.class, commands);
        for (Class<?> verb : Verb.class.getPermittedSubclasses()) {
            describe(verb, commands);
            answerOf(verb, answers);
        }
        Stream.of(
                        Reports.NodeReport.class,
                        Reports.MemoryReport.class,
                        Reports.ActsReport.class,
                        Facts.InstanceFacts.class,
                        Facts.TargetFacts.class,
                        ShardTopology.class,
                        Participant.class)
                .forEach(type -> describe(type, answers));
        return new Wire(commands, answers);
    }

    private static void answerOf(Class<?> verb, Map<String, Map<String, String>> answers) {
        Stream.of(verb.getGenericInterfaces())
                .filter(type -> type instanceof ParameterizedType)
                .map(type -> ((ParameterizedType) type).getActualTypeArguments()[0])
                .forEach(type -> describe(type, answers));
    }

    private static void describe(Type type, Map<String, Map<String, String>> shapes) {
        if (type instanceof ParameterizedType generic) {
            Arrays.asList(generic.getActualTypeArguments()).forEach(argument -> describe(argument, shapes));
        } else if (type instanceof Class<?> one && one.isEnum()) {
            // what a member may be: an older reader does not know a constant that is added
            Map<String, String> constants = new TreeMap<>();
            List.of(one.getEnumConstants()).forEach(constant -> constants.put(((Enum<?>) constant).name(), "constant"));
            shapes.put(nameOf(one), constants);
        } else if (type instanceof Class<?> one && isShape(one) && !shapes.containsKey(nameOf(one))) {
            Map<String, String> members = new TreeMap<>();
            shapes.put(nameOf(one), members);
            for (RecordComponent member : one.getRecordComponents()) {
                members.put(member.getName(), text(member.getAnnotatedType()));
                describe(member.getGenericType(), shapes);
            }
        }
    }

    /** A record that is an object in JSON, not a value with a form of its own. */
    private static boolean isShape(Class<?> type) {
        return type.isRecord()
                && Arrays.stream(type.getDeclaredMethods())
                        .noneMatch(method -> method.isAnnotationPresent(JsonValue.class))
                && Arrays.stream(type.getDeclaredFields())
                        .noneMatch(field -> field.isAnnotationPresent(JsonValue.class));
    }

    private static String nameOf(Class<?> type) {
        return type.getName().replaceFirst(".*[.]", "");
    }

    private static String text(AnnotatedType type) {
        String suffix = type.isAnnotationPresent(Nullable.class) ? "?" : "";
        if (type instanceof AnnotatedParameterizedType generic) {
            List<String> arguments = Stream.of(generic.getAnnotatedActualTypeArguments())
                    .map(Wire::text)
                    .toList();
            Class<?> raw = (Class<?>) ((ParameterizedType) type.getType()).getRawType();
            return nameOf(raw) + "<" + String.join(", ", arguments) + ">" + suffix;
        }
        return (type.getType() instanceof Class<?> one ? valueOf(one) : type.getType()) + suffix;
    }

    /** What the first version had as a plain text is one on the wire, whichever type checks its form now. */
    private static String valueOf(Class<?> type) {
        boolean text = type.isRecord()
                && !isShape(type)
                && type.getRecordComponents().length == 1
                && type.getRecordComponents()[0].getType().equals(String.class);
        return text && !NAMED.contains(nameOf(type)) ? "String" : nameOf(type);
    }
}
