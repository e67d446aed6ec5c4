/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Move;
import io.drover.api.MoveRequest;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The mode that stops the source before the target promotes. */
class StrictModeIT {
    @Test
    void movesThereAndBackWithTheSourceStoppedFirst() throws SQLException {
        try (Scene scene = Scene.open()) {
            NodeId source = scene.primary();
            NodeId target = scene.other();
            Move baking = scene.awaitRollbackReady(scene.start(target, "\"mode\":\"strict\""));
            assertThat(baking.mode()).isEqualTo(MoveRequest.Mode.STRICT);
            assertThat(baking.cutover()).isNotNull();
            assertThat(baking.cutover().commitsPastFork()).isZero();
            assertThat(scene.topology().primary().node()).isEqualTo(target);

            scene.rest().act(baking.id(), "rollback");
            Move back = scene.await(baking, MoveState.ROLLED_BACK);
            assertThat(scene.topology().primary().node()).isEqualTo(source);
            assertThat(back.rollback()).isNotNull();
            assertThat(back.rollback().cutover()).isNotNull();
            assertThat(back.rollback().cutover().commitsPastFork()).isZero();
            scene.awaitWrites(50);
        }
    }
}
