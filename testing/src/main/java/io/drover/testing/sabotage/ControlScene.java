/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import io.drover.api.MoveId;
import io.drover.api.NodeId;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Check;
import io.drover.testing.checker.Evidence.TopologyChange;
import io.drover.testing.cluster.ClusterNode;
import io.drover.testing.cluster.LocalCluster;
import io.drover.testing.cluster.Postmasters;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.TopologyProbe;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.ledger.AckLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One run, and what its script does in it at given moments. */
final class ControlScene implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final LocalCluster cluster;
    private final Saboteur saboteur;
    private final NodeId source;
    private final NodeId target;
    private final TopologyProbe probe;
    private final ControlLoad load;
    private final Map<TopologyState, List<Runnable>> actions = new EnumMap<>(TopologyState.class);
    private final Map<Check, String> waived = new EnumMap<>(Check.class);
    private final Holds holds;
    private final Set<Lever> levers;
    private final List<Runnable> atTheEnd = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private BooleanSupplier over = () -> false;
    private String request = "";
    private @Nullable MoveId move;
    private @Nullable List<TopologyChange> keptChain;

    ControlScene(LocalCluster cluster, Saboteur saboteur, Set<Lever> levers, int run, long seed, Ends ends) {
        this.cluster = cluster;
        this.saboteur = saboteur;
        this.levers = levers;
        this.holds = new Holds(cluster, saboteur);
        this.source = ends.source();
        this.target = ends.target();
        this.probe = TopologyProbe.open(cluster);
        this.load = new ControlLoad(cluster, run, seed, ends.source());
    }

    /** From where the shard is moved, and to where. */
    record Ends(NodeId source, NodeId target) {}

    LocalCluster cluster() {
        return cluster;
    }

    NodeId source() {
        return source;
    }

    NodeId target() {
        return target;
    }

    /** Who writes meanwhile. */
    ControlLoad load() {
        return load;
    }

    TopologyProbe probe() {
        return probe;
    }

    /** Further members of the request for the move. */
    void request(String more) {
        request = more;
    }

    String request() {
        return request;
    }

    /** Does something as soon as the shard's next state of this name is seen; several things in their order. */
    void when(TopologyState state, Runnable action) {
        actions.computeIfAbsent(state, key -> new ArrayList<>()).add(action);
    }

    /** Arms what the script has told. */
    void arm() {
        actions.forEach((state, all) -> probe.onNext(state, () -> all.forEach(Runnable::run)));
    }

    /** Does something between the request and the end of the move, on a thread of the run. */
    void meanwhile(Runnable action) {
        meanwhile = action;
    }

    /** Tells when the run has shown what it has to, although its move has not ended. */
    void isOverWhen(BooleanSupplier shown) {
        over = shown;
    }

    boolean isOver() {
        return over.getAsBoolean();
    }

    /** Does what the script does beside the move, which has been started. */
    void goOn(MoveId started) {
        move = started;
        meanwhile.run();
    }

    /**
     * Holds a daemon at a fault point, does something meanwhile, and lets it go on. Of several points of one daemon each is waited for
     * when the one before it was reached.
     */
    void holdAt(String daemon, String point, Runnable action) {
        holds.add(daemon, point, action);
    }

    /** Puts something back before anybody looks at the end of the run. */
    void atTheEnd(Runnable action) {
        atTheEnd.add(action);
    }

    /** Sends a signal to the processes of the source whose title has the words. */
    void signalSource(String words, String signal) {
        processes(source, words).forEach(pid -> ProcessTable.signal(pid, signal));
    }

    /** The processes of a node's server whose title has the words. */
    List<Long> processes(NodeId node, String words) {
        return Postmasters.of(cluster.dataDirectory(node)).stream()
                .flatMap(postmaster -> ProcessTable.childrenOf(postmaster).stream())
                .filter(pid -> ProcessTable.commandLine(pid).contains(words))
                .toList();
    }

    /** How long somebody tries to be acknowledged a write where nobody should be: without sabotage, nobody ever is. */
    Duration patience() {
        return Duration.ofSeconds(levers.isEmpty() ? 8 : 45);
    }

    /** Whether the target serves. */
    boolean hasMoved() {
        return probe.serving().filter(target::equals).isPresent();
    }

    /** Whether the move has come to a final state. */
    boolean hasEnded() {
        MoveId id = move;
        return id != null && cluster.rest().move(id).state().isFinal();
    }

    /** Starts an agent again, sabotaged as the one before it was. */
    void restartAgent(NodeId node) {
        cluster.restart(node.value());
        // one that does not listen yet would be ended by what asks it to load something
        Waiting.until("the agent of " + node + " listens", LIMIT, () -> listens(cluster.node(node)));
        saboteur.pull(List.of(cluster.pid(node.value())), levers);
    }

    private static boolean listens(ClusterNode node) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(node.host(), node.agentPort()), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Leaves a check out of the judgement. */
    void waive(Check check, String reason) {
        waived.put(check, reason);
    }

    Map<Check, String> waived() {
        return waived;
    }

    /** Keeps what the topology was so far: ZooKeeper will tell it to nobody any more. */
    void keepChain(List<TopologyChange> chain) {
        keptChain = chain;
    }

    Optional<List<TopologyChange>> keptChain() {
        return Optional.ofNullable(keptChain);
    }

    /** Fails when what was to be done at a fault point could not be done. */
    void requireNoFailure() {
        holds.requireNoFailure();
    }

    /** Ends everybody and tells what all know. */
    List<AckLog> stop() {
        load.stopKit();
        atTheEnd.forEach(Runnable::run);
        atTheEnd.clear();
        return load.stop();
    }

    @Override
    public void close() {
        stop();
        holds.close();
        load.close();
        probe.close();
    }
}
