/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.topology.NodeClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {
    private static final String ANOTHER = "another agent is connected as node node_a";
    private static final Machine HERE = new Machine("a", List.of("1"));
    private static final Machine CLONE = new Machine("a", List.of("2"));
    private static final Duration SESSION = Duration.ofSeconds(9);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Longer than a thread takes that need not wait. */
    private static final Duration A_WHILE = Duration.ofMillis(300);

    @TempDir
    private Path directory = Path.of("");

    private StateFiles files = new Told();

    /** What was done, in order. */
    private final List<String> done = new CopyOnWriteArrayList<>();

    private final CountDownLatch left = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean leavesInVain;

    /** The state directory, which says what is written into it. */
    private final class Told implements StateFiles {
        private StateDirectory disk() {
            return new StateDirectory(directory);
        }

        @Override
        public List<String> names() {
            return disk().names();
        }

        @Override
        public byte[] read(String name) throws IOException {
            return disk().read(name);
        }

        @Override
        public void replace(String name, byte[] content) throws IOException {
            disk().replace(name, content);
            done.add(content.length > 1 ? name : "no " + name);
        }
    }

    /** An agent that says what it is told. */
    private final class Actor implements Admission.Acting {
        @Override
        public void start() {
            done.add("start");
        }

        @Override
        public void leave() {
            done.add("leave");
            left.countDown();
            if (leavesInVain) {
                throw new DroverException(ErrorCode.TIMEOUT, "a process is left");
            }
        }
    }

    /** What ZooKeeper, or nobody, has to say to a claim. */
    private interface Answer {
        boolean to(NodeClaim.Listener hears);
    }

    private Admission on(Machine machine, Admission.Claim claim) {
        return new Admission(
                claim, SESSION, new RefusedClaim(files), new OwnMachine(files, machine), new Actor(), () -> {
                    done.add("end");
                    ended.countDown();
                });
    }

    private Admission admit(Machine machine, Answer answer) {
        Admission admission = on(machine, (limit, lapse, connectLimit, hears) -> answer.to(hears));
        admission.admit();
        return admission;
    }

    private static boolean free(NodeClaim.Listener hears) {
        hears.held();
        return true;
    }

    private static boolean away(NodeClaim.Listener hears) {
        assertThat(hears).isNotNull();
        return false;
    }

    private static boolean taken(NodeClaim.Listener hears) {
        hears.refused(ANOTHER, false);
        throw new DroverException(ErrorCode.IDENTITY_MISMATCH, ANOTHER);
    }

    private static boolean takenForGood(NodeClaim.Listener hears) {
        hears.refused(ANOTHER, false);
        hears.refused(ANOTHER, true);
        throw new DroverException(ErrorCode.IDENTITY_MISMATCH, ANOTHER);
    }

    private void assertKeptOut(Machine machine, Answer answer) {
        done.clear();
        assertThatThrownBy(() -> admit(machine, answer))
                .isInstanceOfSatisfying(
                        DroverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISMATCH));
        assertThat(done).doesNotContain("start");
    }

    private void awaitEnd() throws InterruptedException {
        assertThat(ended.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** Whose machine this is has to be known before anything can be started that a clone would start, too. */
    @Test
    void whoHasTheClaimActsAndItsMachineIsRememberedBefore() {
        admit(HERE, AdmissionTest::free);

        assertThat(done).containsExactly(OwnMachine.FILE, "start");
    }

    @Test
    void whoIsRefusedActsOnNothing() {
        assertKeptOut(HERE, AdmissionTest::taken);
        assertThat(directory.resolve(RefusedClaim.ONCE)).isNotEmptyFile();
        assertKeptOut(HERE, AdmissionTest::takenForGood);
        assertThat(directory.resolve(RefusedClaim.FILE)).isNotEmptyFile();
        assertThat(done).as("there is nothing to take back").doesNotContain("leave", "end");
        assertThat(directory.resolve(OwnMachine.FILE)).doesNotExist();
    }

    @Test
    void whoWasRefusedForGoodDoesNotTakeANodeThatIsFree() {
        assertKeptOut(HERE, AdmissionTest::takenForGood);

        assertKeptOut(HERE, AdmissionTest::free);
        assertKeptOut(HERE, AdmissionTest::away);
    }

    /** As a machine that came back within the time of its own last session. */
    @Test
    void whoWasRefusedOnceActsWhenTheNodeIsFreeAndNotWhileNobodyCanBeAsked() {
        assertKeptOut(HERE, AdmissionTest::taken);
        assertKeptOut(HERE, AdmissionTest::away);

        done.clear();
        admit(HERE, AdmissionTest::free);
        assertThat(done).containsExactly("no " + RefusedClaim.ONCE, OwnMachine.FILE, "start");
        done.clear();
        admit(HERE, AdmissionTest::away);
        assertThat(done).containsExactly("start");
    }

    /** Rule R8. */
    @Test
    void whereNobodyCanBeAskedTheMachineThatHadTheClaimActsAndNoOtherOne() {
        admit(HERE, AdmissionTest::free);

        assertKeptOut(CLONE, AdmissionTest::away);
        done.clear();
        admit(HERE, AdmissionTest::away);
        assertThat(done).containsExactly("start");
    }

    /** It goes on for months then, and may be copied meanwhile. */
    @Test
    void whoBeganWithoutZooKeeperRemembersItsMachineAsSoonAsItHasTheClaim() {
        Admission began = admit(HERE, AdmissionTest::away);
        assertThat(done).as("nobody has said whose the node is").containsExactly("start");

        began.held();

        assertThat(done).containsExactly("start", OwnMachine.FILE);
        assertKeptOut(CLONE, AdmissionTest::away);
    }

    @Test
    void whoBeganWithoutZooKeeperAndIsRefusedForGoodTakesBackWhatItHasDoneAndEnds() throws InterruptedException {
        Admission began = admit(HERE, AdmissionTest::away);

        began.refused(ANOTHER, false);
        assertThat(left.await(A_WHILE.toMillis(), TimeUnit.MILLISECONDS))
                .as("it may be by this machine's own last session")
                .isFalse();
        began.refused(ANOTHER, true);
        awaitEnd();

        assertThat(done)
                .containsExactly(
                        "start", RefusedClaim.ONCE, RefusedClaim.FILE, "no " + RefusedClaim.ONCE, "leave", "end");
        assertKeptOut(HERE, AdmissionTest::free);
    }

    /** A process that ends may be killed at any moment: then the next one takes the node that it was refused. */
    @Test
    void theRefusalIsOnDiskBeforeAnythingEnds() throws InterruptedException {
        files = new StateFiles() {
            private final StateFiles disk = files;

            @Override
            public List<String> names() {
                return disk.names();
            }

            @Override
            public byte[] read(String name) throws IOException {
                return disk.read(name);
            }

            @Override
            public void replace(String name, byte[] content) throws IOException {
                if (name.equals(RefusedClaim.FILE)) {
                    pauseForWhoLeaves();
                }
                disk.replace(name, content);
            }
        };
        Admission began = admit(HERE, AdmissionTest::away);

        began.refused(ANOTHER, true);
        awaitEnd();

        assertThat(done).containsExactly("start", RefusedClaim.FILE, "leave", "end");
    }

    private void pauseForWhoLeaves() {
        try {
            done.addAll(left.await(A_WHILE.toMillis(), TimeUnit.MILLISECONDS) ? List.of("too early") : List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The refusal is said again and again until the process has ended. */
    @Test
    void leavesOnceOnly() throws InterruptedException {
        Admission began = admit(HERE, AdmissionTest::away);

        for (int i = 0; i < 3; i++) {
            began.refused(ANOTHER, true);
        }
        awaitEnd();
        began.refused(ANOTHER, true);

        assertThat(done).filteredOn("leave"::equals).hasSize(1);
        assertThat(done).filteredOn("end"::equals).hasSize(1);
    }

    @Test
    void theProcessEndsWhateverBecomesOfWhatItHasStarted() throws InterruptedException {
        leavesInVain = true;
        Admission began = admit(HERE, AdmissionTest::away);

        began.refused(ANOTHER, true);

        awaitEnd();
    }

    /** The disk may be the very reason why there is a copy of it; too many open files, too, are no leave to go on. */
    @Test
    void whoIsRefusedForGoodLeavesAlsoWhenThatCannotBeRemembered() throws InterruptedException {
        Broken broken = new Broken();
        files = broken;
        Admission began = admit(HERE, AdmissionTest::away);
        broken.cause = new IOException("Too many open files");

        began.refused(ANOTHER, true);

        awaitEnd();
        assertThat(done).containsExactly("start", "leave", "end");
    }

    private static final class Broken implements StateFiles {
        private volatile @Nullable IOException cause;

        @Override
        public List<String> names() {
            IOException now = cause;
            if (now != null) {
                throw new UncheckedIOException(now);
            }
            return List.of();
        }

        @Override
        public byte[] read(String name) throws IOException {
            throw new IOException(name);
        }

        @Override
        public void replace(String name, byte[] content) throws IOException {
            throw new IOException("No space left on device");
        }
    }

    /**
     * The session of a process that has ended is rounded up to a tick of 2 s, and a server that has lost its leader answers what it knows
     * for five of them: taken for an agent that is alive, it would lock its own machine out. An instance that is down waits meanwhile.
     */
    @Test
    void givesASessionTimeToLapseBeforeItIsTakenForAnAgent() {
        on(HERE, (limit, lapse, connectLimit, hears) -> {
                    assertThat(lapse).isGreaterThan(SESSION.plusSeconds(12)).isLessThan(SESSION.plusSeconds(30));
                    assertThat(limit).isGreaterThan(SESSION).isLessThan(lapse);
                    assertThat(connectLimit).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
                    return free(hears);
                })
                .admit();

        assertThat(done).endsWith("start");
    }
}
