/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.drover.api.Durations;
import io.drover.api.Json;
import io.drover.api.SafeText;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Says in a sentence why a body is not understood: which field, what it holds, what is allowed. */
final class JsonFaults {
    private static final Pattern MISSING =
            Pattern.compile("Missing required creator property '([^']+)'.*", Pattern.DOTALL);

    private JsonFaults() {}

    static String describe(JsonProcessingException failure) {
        if (failure instanceof UnrecognizedPropertyException unknown) {
            return "unknown field " + SafeText.quoted(path(unknown)) + "; known here: "
                    + names(unknown.getKnownPropertyIds());
        }
        if (failure instanceof ValueInstantiationException refused && refused.getCause() != null) {
            return at(refused) + reason(refused.getCause());
        }
        if (failure instanceof InvalidFormatException wrong) {
            return at(wrong) + wrongValue(wrong);
        }
        if (failure instanceof MismatchedInputException mismatch) {
            return mismatch(mismatch);
        }
        if (failure instanceof JsonMappingException mapping) {
            return at(mapping) + firstLine(mapping.getOriginalMessage());
        }
        JsonLocation location = failure.getLocation();
        String place =
                location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
        return "the body is not JSON" + place + ": " + firstLine(failure.getOriginalMessage());
    }

    private static String mismatch(MismatchedInputException failure) {
        String message = firstLine(failure.getOriginalMessage());
        Matcher missing = MISSING.matcher(message);
        if (missing.matches()) {
            String parent = parent(failure);
            return "the field '" + parent + missing.group(1) + "' is missing";
        }
        if (message.startsWith("Trailing token")) {
            return "the body goes on after its JSON value";
        }
        Class<?> type = failure.getTargetType();
        String place = failure.getPath().isEmpty() ? "the body: " : at(failure);
        return place + (type == null ? message : "a value of another kind is expected: " + kind(type));
    }

    private static String wrongValue(InvalidFormatException failure) {
        Class<?> type = failure.getTargetType();
        Object value = failure.getValue();
        if (type == Duration.class) {
            try {
                Durations.parse(String.valueOf(value));
            } catch (IllegalArgumentException e) {
                return String.valueOf(e.getMessage());
            }
        }
        if (type != null && type.isEnum()) {
            return SafeText.quoted(String.valueOf(value)) + " is not allowed; allowed: "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> Json.mapper().convertValue(constant, String.class))
                            .collect(Collectors.joining(", "));
        }
        return SafeText.quoted(String.valueOf(value)) + " is not allowed"
                + (type == null ? "" : "; expected: " + kind(type));
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? "the value is not allowed" : SafeText.words(cause.getMessage());
    }

    private static String kind(Class<?> type) {
        if (type.isArray() || Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return type == double.class || type == Double.class ? "a number" : "a whole number";
        }
        if (type.isRecord() && type.getRecordComponents().length > 1) {
            return "an object with "
                    + Arrays.stream(type.getRecordComponents())
                            .map(component -> component.getName())
                            .collect(Collectors.joining(", "));
        }
        return "a text";
    }

    private static String at(JsonMappingException failure) {
        return failure.getPath().isEmpty() ? "" : "field " + SafeText.quoted(path(failure)) + ": ";
    }

    private static String path(JsonMappingException failure) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : failure.getPath()) {
            if (reference.getFieldName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return path.toString();
    }

    /** Where a missing field is missing: Jackson names the object, not the field, or already the field. */
    private static String parent(MismatchedInputException failure) {
        String path = path(failure);
        int dot = path.lastIndexOf('.');
        boolean inside = !failure.getPath().isEmpty()
                && failure.getTargetType() != null
                && failure.getPath().get(failure.getPath().size() - 1).getFieldName() != null
                && !failure.getOriginalMessage()
                        .toLowerCase(Locale.ROOT)
                        .contains("'" + path.substring(dot + 1).toLowerCase(Locale.ROOT) + "'");
        if (inside || path.endsWith("]")) {
            return path + ".";
        }
        return dot < 0 ? "" : path.substring(0, dot + 1);
    }

    private static String names(Collection<Object> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return SafeText.words(end < 0 ? message : message.substring(0, end));
    }
}
