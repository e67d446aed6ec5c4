/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Token;

/** Refuses commands that were delayed on their way (rule R3, H37, H50). Pure; the caller stores what it answers before acting. */
final class TokenGate {
    private TokenGate() {}

    /**
     * The record with the token in it. A repeat of the highest token is accepted and changes nothing, whatever time it carries.
     *
     * @throws DroverException TOKEN_REFUSED when a higher one was accepted before
     */
    static InstanceRecord accept(InstanceRecord record, Token token) {
        Token highest = record.token();
        if (highest == null) {
            return record.withToken(token);
        }
        int order = token.compareTo(highest);
        if (order < 0) {
            throw new DroverException(
                    ErrorCode.TOKEN_REFUSED,
                    "instance " + record.instance() + " refuses step " + token.step() + " of move " + token.move()
                            + " under leadership " + token.leaderEpoch() + ": step " + highest.step() + " of move "
                            + highest.move() + " under leadership " + highest.leaderEpoch()
                            + " came first; nothing was done",
                    "a newer controller or a later step has taken over: bin/drover show " + highest.move());
        }
        return order == 0 ? record : record.withToken(token);
    }
}
