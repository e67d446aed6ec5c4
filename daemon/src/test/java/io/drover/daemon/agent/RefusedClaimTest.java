/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedClaimTest {
    private static final String ANOTHER = "another agent is connected as node node_a";

    @TempDir
    private Path directory = Path.of("");

    /** As {@link io.drover.topology.NodeClaim} does it. */
    private interface Tried {
        boolean by(RefusedClaim memory);
    }

    /** Each agent is a new process. */
    private void start(Tried claim) {
        RefusedClaim memory = new RefusedClaim(new StateDirectory(directory));
        memory.take(() -> claim.by(memory));
    }

    private static boolean free(RefusedClaim memory) {
        memory.held();
        return true;
    }

    private static boolean away(RefusedClaim memory) {
        return false;
    }

    private static boolean refusedOnce(RefusedClaim memory) {
        memory.refused(ANOTHER, false);
        throw new DroverException(ErrorCode.IDENTITY_MISMATCH, ANOTHER);
    }

    private static boolean refusedForGood(RefusedClaim memory) {
        memory.refused(ANOTHER, false);
        memory.refused(ANOTHER, true);
        throw new DroverException(ErrorCode.IDENTITY_MISMATCH, ANOTHER);
    }

    private void assertRefused(Tried claim) {
        assertThatThrownBy(() -> start(claim))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISMATCH))
                .hasMessageContaining(ANOTHER);
    }

    /** Rule R8: nothing but ZooKeeper is away. */
    @Test
    void whoWasNeverRefusedGoesOnWithoutZooKeeper() {
        start(RefusedClaimTest::away);
        start(RefusedClaimTest::free);
        start(RefusedClaimTest::away);
        assertThat(directory).isEmptyDirectory();
    }

    /** As a machine that came back within the time of its own last session. */
    @Test
    void whoWasRefusedOnceDoesNotGoOnUntilItHasTheClaim() {
        assertRefused(RefusedClaimTest::refusedOnce);
        assertRefused(RefusedClaimTest::away);
        assertRefused(RefusedClaimTest::away);

        // what it remembers of that cannot be taken away on a full disk
        start(memory -> true);
        start(RefusedClaimTest::free);
        assertThatCode(() -> start(RefusedClaimTest::away)).doesNotThrowAnyException();
    }

    /** Whatever came behind the refusal: nobody has said that the other one is gone. */
    @Test
    void whoIsRefusedAndThenFindsNobodyToAskDoesNotGoOn() {
        assertRefused(memory -> {
            memory.refused(ANOTHER, false);
            return false;
        });
    }

    /** An agent that is killed a second after its first refusal, before anybody has given up. */
    @Test
    void theFirstRefusalIsOnDiskBeforeTheLast() {
        assertThatThrownBy(() -> start(memory -> {
                    memory.refused(ANOTHER, false);
                    throw new IllegalStateException("killed");
                }))
                .hasMessage("killed");

        assertRefused(RefusedClaimTest::away);
    }

    /** The original's session may have lapsed while the original serves: the node is free, and not the clone's. */
    @Test
    void whoWasRefusedForGoodTakesNoFreeNodeUntilAPersonSaysSo() throws Exception {
        assertRefused(RefusedClaimTest::refusedForGood);
        assertRefused(RefusedClaimTest::away);
        assertRefused(memory -> {
            throw new AssertionError("it does not even ask");
        });
        assertRefused(RefusedClaimTest::free);

        Files.delete(directory.resolve(RefusedClaim.FILE));
        start(RefusedClaimTest::free);
        assertThatCode(() -> start(RefusedClaimTest::away)).doesNotThrowAnyException();
    }

    @Test
    void saysWhatAPersonIsToDo() {
        assertRefused(RefusedClaimTest::refusedForGood);

        assertThatThrownBy(() -> start(RefusedClaimTest::free))
                .isInstanceOfSatisfying(
                        DroverException.class,
                        e -> assertThat(e.hint().orElse(""))
                                .contains("remove the file refused from the stateDir of the one that is right"));
    }

    @Test
    void whatCannotBeReadIsNoLeaveToGoOn() throws Exception {
        Files.createDirectory(directory.resolve(RefusedClaim.ONCE));
        assertThatThrownBy(() -> start(RefusedClaimTest::away)).hasMessageContaining("cannot be read");

        Files.createDirectory(directory.resolve(RefusedClaim.FILE));
        assertThatThrownBy(() -> start(RefusedClaimTest::free)).hasMessageContaining("cannot be read");
    }

    /** Such as too many open files: that is over when the next agent starts. */
    @Test
    void isStoredAlsoWhereItCannotBeSaidWhatWasStoredBefore() {
        AtomicBoolean broken = new AtomicBoolean(true);
        StateFiles disk = new StateDirectory(directory);
        RefusedClaim memory = new RefusedClaim(new StateFiles() {
            @Override
            public List<String> names() {
                if (broken.get()) {
                    throw new UncheckedIOException(new IOException("Too many open files"));
                }
                return disk.names();
            }

            @Override
            public byte[] read(String name) throws IOException {
                return disk.read(name);
            }

            @Override
            public void replace(String name, byte[] content) throws IOException {
                disk.replace(name, content);
            }
        });

        memory.refused(ANOTHER, true);
        broken.set(false);

        assertRefused(RefusedClaimTest::away);
        assertRefused(RefusedClaimTest::free);
    }
}
