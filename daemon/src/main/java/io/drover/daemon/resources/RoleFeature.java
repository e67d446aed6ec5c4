/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.access.Caller;
import io.drover.daemon.access.Role;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the role that a call {@link Needs}, for any shard; {@link Access} asks for the shards when they are known. A call that
 * needs none by mistake is refused to everybody.
 */
final class RoleFeature implements DynamicFeature {
    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        Needs needs = resource.getResourceMethod().getAnnotation(Needs.class);
        context.register(new RoleFilter(needs == null ? null : needs.value()));
    }

    @Priority(Priorities.AUTHORIZATION)
    private record RoleFilter(@Nullable Role role) implements ContainerRequestFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            if (!ApiPaths.isApi(request)) {
                return;
            }
            if (role == null) {
                throw new DroverException(ErrorCode.FORBIDDEN, "BUG: this call names no role; nobody may make it");
            }
            CallNotes notes = CallNotes.of(request);
            notes.needs(role);
            Caller caller = notes.requireCaller();
            if (!caller.maySomewhere(role)) {
                throw refused(caller, role, "");
            }
        }
    }

    /** Says what is missing, and what is there. */
    static DroverException refused(Caller caller, Role role, String where) {
        return new DroverException(
                ErrorCode.FORBIDDEN,
                "caller " + caller.getName() + " needs the role " + role.text() + where + " and has " + caller.rights()
                        + "; nothing was done",
                "ask for the role: it is given in the controllers' access file (docs/security.md)");
    }
}
