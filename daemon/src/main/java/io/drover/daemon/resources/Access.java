/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.Move;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.daemon.access.Caller;
import io.drover.daemon.access.Role;
import io.drover.daemon.move.MoveService;
import io.drover.daemon.move.ShardService;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the caller has the role that the call needs for the shards that it concerns. What moves is an instance, so an order
 * needs the role for every shard in it; who may see one of them may see the move.
 */
final class Access {
    private final MoveService moves;
    private final ShardService shards;
    private final boolean secondPerson;
    private final FenceLimit fences;

    /**
     * Makes it.
     *
     * @param secondPerson whether the approval has to come from another person than the order
     * @param fences how often one shard may be fenced
     */
    Access(MoveService moves, ShardService shards, boolean secondPerson, FenceLimit fences) {
        this.moves = moves;
        this.shards = shards;
        this.secondPerson = secondPerson;
        this.fences = fences;
    }

    /** Asks for a move: to steer it for all of its shards, to see it for one. */
    void toMove(ContainerRequestContext request, MoveId id) {
        CallNotes notes = CallNotes.of(request);
        notes.concerns(id);
        Role role = notes.requireNeeded();
        if (mayUnseen(notes)) {
            return;
        }
        List<ShardId> concerned = moves.get(id).shards();
        if (role == Role.VIEWER) {
            notes.concerns(concerned);
            requireOne(notes.requireCaller(), concerned, " for a shard of move " + id);
        } else {
            require(notes, role, concerned);
        }
    }

    /** Asks for one shard. */
    void toShard(ContainerRequestContext request, ShardId shard) {
        CallNotes notes = CallNotes.of(request);
        require(notes, notes.requireNeeded(), List.of(shard));
    }

    /** Asks for all shards that share an instance with one. */
    void toInstanceOf(ContainerRequestContext request, ShardId shard) {
        toShard(request, shard);
        CallNotes notes = CallNotes.of(request);
        if (!mayUnseen(notes)) {
            require(notes, notes.requireNeeded(), together(shard));
        }
    }

    /** Whether the shards need not be looked up: neither for the caller's rights nor for the record of it. */
    private static boolean mayUnseen(CallNotes notes) {
        return !notes.isRecorded() && notes.requireCaller().mayEverywhere(notes.requireNeeded());
    }

    /** Carries an order out that was understood, and that its caller may give; it is recorded first. */
    static <T> T carriedOut(ContainerRequestContext request, Supplier<T> order) {
        CallNotes.of(request).carryOut();
        return order.get();
    }

    /** Asks for all of those that a service finds concerned; then the order is carried out. */
    Consumer<List<ShardId>> toAll(ContainerRequestContext request) {
        CallNotes notes = CallNotes.of(request);
        return concerned -> {
            require(notes, notes.requireNeeded(), concerned);
            notes.carryOut();
        };
    }

    private List<ShardId> together(ShardId shard) {
        List<ShardTopology> all = shards.shards();
        return all.stream()
                .filter(topology -> topology.shard().equals(shard))
                .findFirst()
                .map(named -> all.stream()
                        .filter(topology -> topology.instance().equals(named.instance()))
                        .map(ShardTopology::shard)
                        .toList())
                .orElse(List.of());
    }

    /** Starts a move, when its instance may be fenced once more. */
    Move starting(ContainerRequestContext call, MoveRequest request, Supplier<Move> order) {
        boolean fencesByItself = request.drill() || request.cutover() != MoveRequest.Cutover.APPROVE;
        Supplier<Move> recorded = () -> carriedOut(call, order);
        return fences.isSet() && fencesByItself ? counted(together(request.shard()), recorded) : recorded.get();
    }

    /** Gives an order that fences, when the move's instance may be fenced once more. */
    Move fencing(ContainerRequestContext call, MoveId id, Supplier<Move> order) {
        Supplier<Move> recorded = () -> carriedOut(call, order);
        return fences.isSet() ? counted(moves.get(id).shards(), recorded) : recorded.get();
    }

    private Move counted(List<ShardId> concerned, Supplier<Move> order) {
        Runnable back = fences.take(concerned);
        try {
            return order.get();
        } catch (RuntimeException e) {
            back.run();
            throw e;
        }
    }

    /** Asks for every shard, also those that are still to come. */
    void toEverything(ContainerRequestContext request) {
        CallNotes notes = CallNotes.of(request);
        if (!notes.requireCaller().mayEverywhere(notes.requireNeeded())) {
            throw RoleFeature.refused(notes.requireCaller(), notes.requireNeeded(), " for [*]");
        }
    }

    /** Which shards the caller may see. */
    static Predicate<ShardId> visible(ContainerRequestContext request) {
        Caller caller = CallNotes.of(request).requireCaller();
        return shard -> caller.may(Role.VIEWER, shard);
    }

    /** Who starts a move, to be asked for another person's approval. */
    static @Nullable String starter(ContainerRequestContext request) {
        Caller caller = CallNotes.of(request).requireCaller();
        return caller.isListed() ? caller.getName() : null;
    }

    /** The key that is stored: one caller's keys are not another's. */
    static Optional<String> keyOf(ContainerRequestContext request, @Nullable String key) {
        Caller caller = CallNotes.of(request).requireCaller();
        return Optional.ofNullable(key)
                .filter(text -> !text.isBlank())
                // no name holds a line break, so no two callers' keys become one
                .map(text -> caller.isListed() ? caller.getName() + "\n" + text : text);
    }

    /** A move that would not wait could not be looked at by a second person. A rehearsal promotes nothing. */
    void requireToWait(MoveRequest request) {
        if (secondPerson && request.cutover() != MoveRequest.Cutover.APPROVE && !request.drill()) {
            throw new DroverException(
                    ErrorCode.APPROVAL_NEEDED,
                    "a second person has to approve each cutover here (approvals: second-person); nothing was done",
                    "start it with \"cutover\": \"approve\", on the command line --cutover approve");
        }
    }

    /** Refuses the approval of whoever has started the move. */
    void requireSecondPerson(ContainerRequestContext request, MoveId id) {
        if (!secondPerson) {
            return;
        }
        String approver = starter(request);
        Optional<String> started = moves.starter(id);
        if (approver == null || started.isEmpty()) {
            throw new DroverException(
                    ErrorCode.FORBIDDEN,
                    "it is not known who has started move " + id
                            + ", and a second person has to approve it (approvals: second-person); nothing was done",
                    "abort it and start it again");
        }
        if (started.orElseThrow().equals(approver)) {
            throw new DroverException(
                    ErrorCode.FORBIDDEN,
                    approver + " has started move " + id
                            + " and cannot approve it, too (approvals: second-person); nothing was done",
                    "ask another person who has the role approver");
        }
    }

    private static void require(CallNotes notes, Role role, Collection<ShardId> wanted) {
        notes.concerns(wanted);
        Caller caller = notes.requireCaller();
        if (!caller.mayAll(role, wanted)) {
            throw RoleFeature.refused(caller, role, " for " + new TreeSet<>(notes.shards()));
        }
    }

    private static void requireOne(Caller caller, List<ShardId> wanted, String where) {
        if (wanted.stream().noneMatch(shard -> caller.may(Role.VIEWER, shard))) {
            throw RoleFeature.refused(caller, Role.VIEWER, where);
        }
    }
}
