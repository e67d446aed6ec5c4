/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.DockerStatus;

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
        try (GenericContainer<?> container = container()
                .withCreateContainerCmdModifier(
                        command -> command.withEntrypoint("id").withCmd())) {
            container.start();
            assertThat(container.getLogs()).startsWith("uid=10001(drover) gid=");
        }
    }

    @Test
    void isAControllerThatMissesItsConfiguration() {
        try (GenericContainer<?> container = container().withStartupCheckStrategy(new Ended())) {
            container.start();
            assertThat(container.getLogs()).contains("/etc/drover/controller.yml");
            assertThat(container.getCurrentContainerInfo().getState().getExitCodeLong())
                    .isEqualTo(1);
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

    /** Well or not. */
    private static final class Ended extends StartupCheckStrategy {
        @Override
        public StartupStatus checkStartupState(DockerClient client, String container) {
            return DockerStatus.isContainerStopped(getCurrentState(client, container))
                    ? StartupStatus.SUCCESSFUL
                    : StartupStatus.NOT_YET_KNOWN;
        }
    }
}
