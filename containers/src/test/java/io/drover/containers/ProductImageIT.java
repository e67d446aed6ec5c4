/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** The image that package/Dockerfile makes. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ProductImageIT {
    private static ImageFromDockerfile image;

    @BeforeAll
    static void build() throws IOException {
        image = new ImageFromDockerfile()
                .withFileFromPath("Dockerfile", Built.dockerfile())
                .withFileFromPath(Built.debianPackage().getFileName().toString(), Built.debianPackage());
    }

    @Test
    void runsTheCommandLine() {
        assertThat(output("--help")).contains("Usage: drover ", "agent", "server");
        assertThat(output("move", "--help")).contains("Usage: drover move");
    }

    @Test
    void isNotRoot() {
        try (GenericContainer<?> container = container().withCreateContainerCmdModifier(
                command -> command.withEntrypoint("id").withCmd("-un"))) {
            container.start();
            assertThat(container.getLogs()).isEqualToIgnoringNewLines("drover");
        }
    }

    @Test
    void isAControllerThatMissesItsConfiguration() {
        try (GenericContainer<?> container = container()) {
            assertThatThrownBy(container::start).isNotNull();
            assertThat(container.getLogs()).contains("/etc/drover/controller.yml");
        }
    }

    private static String output(String... arguments) {
        try (GenericContainer<?> container = container().withCommand(arguments)) {
            container.start();
            return container.getLogs();
        }
    }

    private static GenericContainer<?> container() {
        return new GenericContainer<>(image)
                .withLabels(SystemdNode.LABELS)
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(Duration.ofMinutes(1)));
    }
}
