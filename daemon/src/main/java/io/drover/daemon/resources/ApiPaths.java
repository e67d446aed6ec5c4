/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import jakarta.ws.rs.container.ContainerRequestContext;

/** Which paths belong to the interface that needs a token and a leader. */
final class ApiPaths {
    private static final String ROOT = "v1";

    private ApiPaths() {}

    static boolean isApi(ContainerRequestContext request) {
        // decoded and without a leading slash, as resources are matched
        String path = request.getUriInfo().getPath();
        String relative = path.startsWith("/") ? path.substring(1) : path;
        return relative.equals(ROOT) || relative.startsWith(ROOT + "/");
    }
}
