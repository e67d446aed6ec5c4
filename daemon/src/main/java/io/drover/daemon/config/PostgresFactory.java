/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.drover.api.RoleName;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The section {@code postgres} of the controller's configuration: a login that reads views and changes nothing. */
public final class PostgresFactory {
    @NotNull
    private RoleName user = new RoleName("drover");

    @NotNull
    private Path passwordFile = Path.of("/etc/drover/drover.password");

    @Valid
    private @Nullable PostgresTrustFactory tls;

    /** What connections to PostgreSQL ask of servers; null to take what a server offers. */
    @JsonProperty
    public @Nullable PostgresTrustFactory getTls() {
        return tls;
    }

    /** The role: LOGIN and {@code pg_monitor}. Default {@code drover}. */
    @JsonProperty
    public String getUser() {
        return user.value();
    }

    /** File whose first line is the role's password. Default {@code /etc/drover/drover.password}. */
    @JsonProperty
    public Path getPasswordFile() {
        return passwordFile;
    }
}
