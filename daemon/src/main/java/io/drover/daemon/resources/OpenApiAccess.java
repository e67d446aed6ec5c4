/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.daemon.access.Role;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Adds to the description who may make each call, and how they say why. */
final class OpenApiAccess {
    /** The role that a call needs. */
    static final String ROLE = "x-drover-role";

    private final Map<String, Role> roles = new HashMap<>();

    OpenApiAccess(Set<Class<?>> resources) {
        for (Class<?> resource : resources) {
            for (Method method : resource.getDeclaredMethods()) {
                Needs needs = method.getAnnotation(Needs.class);
                var described = method.getAnnotation(io.swagger.v3.oas.annotations.Operation.class);
                if (needs != null && described != null) {
                    roles.put(described.operationId(), needs.value());
                }
            }
        }
    }

    void complete(Paths paths) {
        paths.values().forEach(path -> path.readOperationsMap().forEach(this::complete));
    }

    private void complete(PathItem.HttpMethod method, Operation operation) {
        Role role = roles.get(operation.getOperationId());
        if (role != null) {
            operation.addExtension(ROLE, role.text());
        }
        operation
                .getResponses()
                .addApiResponse("401", problem("no known token or certificate is shown"))
                .addApiResponse("403", problem("the caller lacks the role; the detail names it"));
        if (method != PathItem.HttpMethod.GET) {
            operation.addParametersItem(new HeaderParameter()
                    .name(AuditFilter.REASON)
                    .description("why, for the audit log; percent-encoded where it is not ASCII")
                    .schema(new StringSchema()));
        }
    }

    private static ApiResponse problem(String description) {
        return new ApiResponse()
                .description(description)
                .content(new Content()
                        .addMediaType(
                                ProblemMapper.MEDIA_TYPE,
                                new MediaType().schema(new Schema<>().$ref("#/components/schemas/Problem"))));
    }
}
