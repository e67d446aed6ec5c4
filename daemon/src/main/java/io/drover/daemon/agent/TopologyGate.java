/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.InstanceId;
import io.drover.api.LeaderEpoch;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.topology.MoveStanding;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Proves that a dangerous verb fits the newest topology and that its controller leads (rule R3). */
final class TopologyGate {
    private final TopologyStore store;
    private final TopologyView view;
    private final NodeId node;

    TopologyGate(TopologyStore store, TopologyView view, NodeId node) {
        this.store = store;
        this.view = view;
        this.node = node;
    }

    /**
     * Proves it for a verb. What the watch has brought is tried first, because in the pause each round trip counts; when it is not
     * the newest, it is read again.
     *
     * <p>A refusal is proven like a consent: the controller has just written what the verb is for, and the server that is read from
     * here may not know of it yet (hazard H40). A proof, also one that fails, has brought this session up to what was written before
     * it, so the second reading decides, unless somebody writes in between.
     *
     * @param deadline of the verb; no reading begins after it
     * @return the topologies that it fits
     * @throws DroverException STATE_CONFLICT when it does not fit, LEADERSHIP_LOST, ZOOKEEPER_UNAVAILABLE, or TIMEOUT
     */
    List<Versioned<ShardTopology>> prove(Verb<?> verb, Token token, InstanceRecord record, Deadline deadline) {
        List<Versioned<ShardTopology>> seen = view.seen(record.instance());
        // publishing is a compare-and-set: it proves the topology by itself, and the target may publish without a
        // leader
        boolean provesItself = verb instanceof Verb.Publish;
        if (TopologyView.isWhole(seen, record)
                && refusal(verb, token, record, seen).isEmpty()
                && (provesItself || isNewest(seen, token))) {
            return seen;
        }
        boolean behindProof = false;
        while (true) {
            deadline.check(verb.path());
            List<Versioned<ShardTopology>> read = read(record, seen);
            Optional<String> refusal = refusal(verb, token, record, read);
            if (refusal.isEmpty() && provesItself) {
                return read;
            }
            // nothing at all has no version to be proven: it has to be read behind a transaction
            boolean proven = isNewest(read, token) && (behindProof || !read.isEmpty());
            if (proven && refusal.isPresent()) {
                throw refused(verb, token, record, read, refusal.orElseThrow());
            } else if (proven) {
                return read;
            }
            behindProof = true;
        }
    }

    /**
     * Reads the shards that the agent knows to be the instance's, by its record or by the watch: it hears of each before that is
     * published. The pause waits for this, and there may be ten thousand others.
     */
    private List<Versioned<ShardTopology>> read(InstanceRecord record, List<Versioned<ShardTopology>> seen) {
        Set<ShardId> known = new TreeSet<>(record.shards());
        seen.forEach(topology -> known.add(topology.value().shard()));
        return known.isEmpty() ? store.readInstance(record.instance()) : store.readInstance(record.instance(), known);
    }

    private static DroverException refused(
            Verb<?> verb, Token token, InstanceRecord record, List<Versioned<ShardTopology>> read, String why) {
        boolean outdated = !read.isEmpty()
                && StartRule.outdated(
                        record, read.stream().map(Versioned::value).toList());
        return new DroverException(
                outdated ? ErrorCode.TOPOLOGY_OUTDATED : ErrorCode.STATE_CONFLICT,
                verb.path() + " of instance " + record.instance() + " is refused: " + why,
                "nothing was done; look at the move: bin/drover show " + token.move());
    }

    /**
     * Refuses a token of another move than the one that holds the instance. What the watch has brought is believed when it names no
     * other: a round trip is spent only on the way to a refusal, which stands when what was read is proven to be the newest.
     *
     * @param deadline of the verb; no reading begins after it
     * @throws DroverException STATE_CONFLICT, ZOOKEEPER_UNAVAILABLE, or TIMEOUT
     */
    void proveHeld(InstanceId instance, Token token, Deadline deadline) {
        Optional<ShardTopology> held = holder(view.seen(instance), token);
        while (held.isPresent()) {
            deadline.check("step " + token.step() + " of move " + token.move());
            List<Versioned<ShardTopology>> read = store.readInstance(instance);
            held = holder(read, token);
            if (held.isPresent() && isNewest(() -> store.verify(read))) {
                throw heldByAnother(instance, token, held.orElseThrow());
            }
        }
    }

    /**
     * Refuses a token of a move that has ended: nothing is sent for it any more, and its last token stays the highest until the next
     * move. What the watch has brought is believed when it names the move, so that a command within a move asks nobody. An end that
     * is read is one, however old the reading.
     *
     * @throws DroverException STATE_CONFLICT, or ZOOKEEPER_UNAVAILABLE
     */
    void proveGoesOn(InstanceId instance, Token token) {
        boolean held = view.seen(instance).stream()
                .anyMatch(topology -> token.move().equals(topology.value().move()));
        if (!held && store.standingOf(token.move().shortId()) == MoveStanding.ENDED) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "instance " + instance + " refuses step " + token.step() + " of move " + token.move()
                            + ", which has ended; nothing was done",
                    "see what has become of it: bin/drover show " + token.move());
        }
    }

    private static DroverException heldByAnother(InstanceId instance, Token token, ShardTopology held) {
        return new DroverException(
                ErrorCode.STATE_CONFLICT,
                "instance " + instance + " refuses step " + token.step() + " of move " + token.move() + ": shard "
                        + held.shard() + " is held by move " + held.move() + "; nothing was done",
                "see which of the two goes on: bin/drover show " + held.move());
    }

    private static Optional<ShardTopology> holder(List<Versioned<ShardTopology>> topologies, Token token) {
        return topologies.stream()
                .map(Versioned::value)
                .filter(topology -> topology.move() != null && !token.move().equals(topology.move()))
                .findFirst();
    }

    /**
     * Proves that the controller which made a token leads, for a verb that nothing else proves.
     *
     * @throws DroverException LEADERSHIP_LOST, or ZOOKEEPER_UNAVAILABLE
     */
    void proveLeader(Token token) {
        proveLeader(token.leaderEpoch());
    }

    /** The same for a verb that has no token. */
    void proveLeader(LeaderEpoch leader) {
        store.verify(leader);
    }

    /** Runs the same code as a real proof, whatever its result. */
    void rehearse(List<Verb<?>> verbs, Token token, InstanceRecord record) {
        List<Versioned<ShardTopology>> seen = view.seen(record.instance());
        verbs.forEach(verb -> refusal(verb, token, record, seen));
        // what the watch has brought may be too old in the pause
        isNewest(read(record, seen), token);
    }

    /** Runs the same code as a write of the topologies, which is refused for its version. */
    void rehearseWrite(InstanceRecord record, UnaryOperator<ShardTopology> change) {
        store.rehearseSwap(view.seen(record.instance()), change);
    }

    private boolean isNewest(List<Versioned<ShardTopology>> read, Token token) {
        return isNewest(() -> store.verify(read, token.leaderEpoch()));
    }

    private static boolean isNewest(Runnable proof) {
        try {
            proof.run();
            return true;
        } catch (DroverException e) {
            if (e.code() == ErrorCode.CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private Optional<String> refusal(
            Verb<?> verb, Token token, InstanceRecord record, List<Versioned<ShardTopology>> topologies) {
        return VerbFit.refusal(
                verb,
                token,
                node,
                record,
                topologies.stream().map(Versioned::value).toList());
    }
}
