/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedClaimTest {
    @TempDir
    private Path directory = Path.of("");

    /** Each agent is a new process. */
    private void start(RefusedClaim.Claim claim) {
        new RefusedClaim(new StateDirectory(directory)).take(claim);
    }

    private static boolean another() {
        throw new DroverException(ErrorCode.IDENTITY_MISMATCH, "another agent is connected as node node_a");
    }

    private void assertRefused(RefusedClaim.Claim claim) {
        assertThatThrownBy(() -> start(claim))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISMATCH))
                .hasMessageContaining("another agent is connected as node node_a");
    }

    /** Rule R8: nothing but ZooKeeper is away. */
    @Test
    void whoWasNeverRefusedGoesOnWithoutZooKeeper() {
        start(() -> false);
        start(() -> true);
        start(() -> false);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whoWasRefusedDoesNotGoOnUntilItHasTheClaim() {
        assertRefused(RefusedClaimTest::another);
        assertRefused(() -> false);
        assertRefused(() -> false);

        start(() -> true);
        assertThatCode(() -> start(() -> false)).doesNotThrowAnyException();
    }

    @Test
    void whatCannotBeReadIsNoLeaveToGoOn() throws Exception {
        Files.createDirectory(directory.resolve(RefusedClaim.FILE));
        assertThatThrownBy(() -> start(() -> false)).hasMessageContaining("cannot be read");
    }
}
