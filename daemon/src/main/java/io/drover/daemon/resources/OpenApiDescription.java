/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import io.drover.api.ByteSize;
import io.drover.api.Json;
import io.drover.api.MovePlan;
import io.drover.api.Problem;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.jaxrs2.Reader;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the OpenAPI description from the resource classes and the records of the API. */
final class OpenApiDescription {
    private static final String SECURITY = "token";

    private static final Set<Class<?>> RESOURCES =
            Set.of(MovesResource.class, ShardsResource.class, NodesResource.class, TopologyResource.class);

    private static final List<Class<?>> ANSWERS = List.of(
            MovesResource.MoveList.class,
            MovePlan.class,
            ShardsResource.ShardList.class,
            ShardsResource.Purged.class,
            NodesResource.NodeList.class,
            Problem.class);

    private OpenApiDescription() {}

    static byte[] json() {
        ModelConverters converters = ModelConverters.getInstance();
        converters.addConverter(new ModelResolver(Json.mapper()));
        converters.addConverter(new ValueConverter());
        OpenAPI base = new OpenAPI()
                .info(
                        new Info()
                                .title("Drover")
                                .version("v1")
                                .description(
                                        "Moves live PostgreSQL shards between nodes. Spans of time are a whole number and one of"
                                                + " ms, s, m, h, d; sizes a whole number and KiB, MiB or GiB; times are RFC 3339 UTC."))
                .components(new Components()
                        .addSecuritySchemes(
                                SECURITY,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")))
                .addSecurityItem(new SecurityRequirement().addList(SECURITY));
        OpenAPI description = new Reader(base).read(RESOURCES);
        Paths sorted = new Paths();
        new TreeMap<>(description.getPaths()).forEach(sorted::addPathItem);
        new OpenApiAccess(RESOURCES).complete(sorted);
        description.setPaths(sorted);
        // the stream of events is described by hand; swagger adds the class that carries it
        description.getComponents().getSchemas().keySet().removeIf(name -> name.startsWith("ChunkedOutput"));
        OpenApiMembers members = new OpenApiMembers(description.getComponents().getSchemas());
        ANSWERS.forEach(members::complete);
        try {
            return io.swagger.v3.core.util.Json.mapper().writeValueAsBytes(description);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("BUG: cannot write the OpenAPI description", e);
        }
    }

    /** Describes the types that JSON shows as one text or one number. */
    private static final class ValueConverter implements ModelConverter {
        @Override
        public @Nullable Schema<?> resolve(
                AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
            JavaType java = Json.mapper().constructType(type.getType());
            Schema<?> value = java == null ? null : value(java.getRawClass());
            if (value != null) {
                return value;
            }
            return chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
        }

        private static @Nullable Schema<?> value(Class<?> type) {
            if (type == Duration.class) {
                return new StringSchema().pattern("^[0-9]{1,9}(ms|s|m|h|d)$").example("500ms");
            }
            if (type == ByteSize.class) {
                return new StringSchema().pattern("^[0-9]{1,9}(KiB|MiB|GiB)$").example("100MiB");
            }
            if (!type.isRecord() || type.getRecordComponents().length != 1) {
                return null;
            }
            RecordComponent only = type.getRecordComponents()[0];
            if (only.getAccessor().getAnnotation(JsonValue.class) == null) {
                return null;
            }
            return only.getType() == String.class ? new StringSchema() : new IntegerSchema().format("int64");
        }
    }
}
