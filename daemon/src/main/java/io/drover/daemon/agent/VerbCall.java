/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Token;
import io.drover.topology.Versioned;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One verb as it arrived.
 *
 * @param instance what it is for
 * @param token what entitles the caller, or null outside a move
 * @param deadline when it has to be done
 * @param topologies of a dangerous verb: the topologies that it was proven to fit
 */
record VerbCall(
        ManagedInstance instance, @Nullable Token token, Deadline deadline, List<Versioned<ShardTopology>> topologies) {
    /** The token of a verb that only exists within a move. */
    Token requireToken() {
        if (token == null) {
            throw withoutToken("this verb");
        }
        return token;
    }

    static DroverException withoutToken(String verb) {
        return new DroverException(
                ErrorCode.MALFORMED_REQUEST,
                verb + " needs a token; nothing was done",
                "it is sent within a move, by the controller that leads");
    }

    VerbCall proven(List<Versioned<ShardTopology>> fitting) {
        return new VerbCall(instance, token, deadline, fitting);
    }

    MoveId move() {
        return requireToken().move();
    }

    int step() {
        return requireToken().step();
    }

    InstanceRecord record() {
        return instance.record();
    }
}
