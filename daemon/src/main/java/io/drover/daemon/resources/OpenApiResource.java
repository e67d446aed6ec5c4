/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.swagger.v3.oas.annotations.Operation;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** The description of this interface, made from its classes. */
@Path("/openapi.json")
public final class OpenApiResource {
    /** Made for the first who asks: it takes a fifth of a controller's start, which somebody may be waiting for. */
    private static final class Description {
        static final byte[] JSON = OpenApiDescription.json();
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "describe", summary = "This description", hidden = true)
    public byte[] get() {
        return Description.JSON.clone();
    }
}
