/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.drover.api.NodePath;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.util.List;

/** The section {@code access} of the section {@code zookeeper}: who this process is, and who the others are. */
public final class ZooKeeperAccessFactory {
    @NotNull
    private NodePath credentials = new NodePath("/etc/drover/zookeeper.credentials");

    @NotEmpty
    private List<String> roles = List.of();

    /**
     * The file with {@code user:password} on each line, readable by the owner only. Default
     * {@code /etc/drover/zookeeper.credentials}.
     */
    @JsonProperty
    public Path getCredentials() {
        return credentials.path();
    }

    /** {@code role:hash} of the installation's roles, as {@code bin/drover zookeeper-access digest FILE} prints them. */
    @JsonProperty
    public List<String> getRoles() {
        return roles;
    }
}
