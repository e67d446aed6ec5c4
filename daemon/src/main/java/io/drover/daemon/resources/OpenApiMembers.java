/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds to the schemas of records what Java says and swagger does not see: which members may be null, which are always there. */
final class OpenApiMembers {
    @SuppressWarnings("rawtypes") // as in swagger's model
    private final Map<String, Schema> schemas;

    private final Set<Class<?>> seen = new HashSet<>();

    @SuppressWarnings("rawtypes") // as in swagger's model
    OpenApiMembers(Map<String, Schema> schemas) {
        this.schemas = schemas;
    }

    /** Completes the schema of an answer and of everything in it: absent values are present and null. */
    void complete(Type answer) {
        if (answer instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                complete(argument);
            }
        }
        if (answer instanceof Class<?> type && type.isRecord() && seen.add(type)) {
            Schema<?> schema = schemas.get(type.getSimpleName());
            for (RecordComponent member : type.getRecordComponents()) {
                if (schema != null && member.getAccessor().getAnnotation(JsonValue.class) == null) {
                    complete(schema, member);
                }
                complete(member.getGenericType());
            }
        }
    }

    private static void complete(Schema<?> schema, RecordComponent member) {
        String name = member.getName();
        if (schema.getProperties() == null || schema.getProperties().get(name) == null) {
            return;
        }
        Schema<?> property = schema.getProperties().get(name);
        if (member.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            schema.getProperties().put(name, nullable(property));
        }
        JsonInclude include = member.getAccessor().getAnnotation(JsonInclude.class);
        if (include == null) {
            schema.addRequiredItem(name);
        }
    }

    /** In OpenAPI 3.0 a reference stands alone, and an enumeration must list null itself. */
    private static Schema<?> nullable(Schema<?> property) {
        if (property.get$ref() != null) {
            Schema<Object> nothing = new Schema<>();
            nothing.setType("object");
            return new Schema<>().anyOf(List.of(property, allowNull(nothing)));
        }
        return property.getEnum() == null ? property.nullable(true) : allowNull(property);
    }

    private static <T> Schema<T> allowNull(Schema<T> schema) {
        List<T> values = schema.getEnum() == null ? new ArrayList<>() : new ArrayList<>(schema.getEnum());
        values.add(null);
        schema.setEnum(values);
        schema.setNullable(true);
        return schema;
    }
}
