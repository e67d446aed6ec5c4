/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.Lsn;
import io.drover.api.agent.Reports.AuditReport;
import io.drover.api.agent.Reports.StopMode;
import io.drover.replication.PostgresSession;
import io.drover.testing.contract.ThreeNodes.Side;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What pg_rewind needs of a cluster, asked of pg_rewind itself: an old primary of a cluster that was made without data checksums. */
abstract class RealRewinds extends PostgresSteps {
    @Override
    abstract RealNodes open();

    private RealNodes real() {
        return (RealNodes) nodes;
    }

    @Test
    final void hintsInTheWalAreEnoughAlsoAfterTheRecoveryThatARewindBeginsWith() {
        Lsn fork = divergeWithoutChecksums("on");

        AuditReport audit = files(Side.ONE).audit(1, fork, LIMIT);
        assertThat(audit.records()).isPositive();
        assertThat(audit.rewindable()).isTrue();
        rewind(fork);

        server(Side.ONE).start(LIMIT);
        awaitStreams(Side.ONE);
        replay(Side.ONE, state(Side.OTHER).lsn());
        assertThat(nodes.operations(Side.ONE)).containsExactly("before", "new");
    }

    @Test
    final void whatTheAuditCallsImpossiblePgRewindRefuses() {
        Lsn fork = divergeWithoutChecksums("off");

        AuditReport audit = files(Side.ONE).audit(1, fork, LIMIT);
        assertThat(audit.records()).isPositive();
        assertThat(audit.rewindable()).isFalse();
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> rewind(fork))
                .withMessageContaining("wal_log_hints");
    }

    /** The old primary has gone on past the fork, and was stopped at once. */
    private Lsn divergeWithoutChecksums(String hints) {
        real().tell(Side.ONE, "ALTER SYSTEM SET wal_log_hints = '" + hints + "'");
        server(Side.ONE).stop(StopMode.FAST, LIMIT);
        real().removeChecksums(Side.ONE);
        server(Side.ONE).start(LIMIT);
        commit(Side.ONE, "before");
        makeStandby();
        Lsn fork = sealAndPromote();
        lift();
        tell(Side.ONE, PostgresSession::checkpoint);
        server(Side.ONE).stop(StopMode.IMMEDIATE, LIMIT);
        commit(Side.OTHER, "new");
        tell(Side.OTHER, session -> {
            session.checkpoint();
            session.setRewindLogin(true);
            session.createSlot(BACK);
        });
        files(Side.ONE).writePasswords();
        return fork;
    }

    private void rewind(Lsn fork) {
        Path rewinding = nodes.place(Side.ONE).dataDir().resolveSibling("data.rewinding-contract");
        files(Side.ONE).rewind(rewinding, back(), fork, LIMIT);
    }
}
