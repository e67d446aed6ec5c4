/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.resources;

import io.drover.api.MoveId;
import io.drover.api.ShardId;
import io.drover.daemon.access.Caller;
import io.drover.daemon.access.Role;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is known of one request while it is answered: who calls, and what it concerns. Written by one thread after the other. */
final class CallNotes {
    private static final String PROPERTY = CallNotes.class.getName();

    /** As an order, so that it is told from a look; the audit log has its own id of a request. */
    final String id = MoveId.random().value();

    private final Set<String> shards = new TreeSet<>();
    private final Map<String, Object> what = new LinkedHashMap<>();
    private @Nullable Caller caller;
    private @Nullable Role needed;
    private @Nullable String move;
    private @Nullable Runnable recording;
    private boolean asked;
    private boolean passedOn;

    private CallNotes() {}

    static CallNotes of(ContainerRequestContext request) {
        if (request.getProperty(PROPERTY) instanceof CallNotes notes) {
            return notes;
        }
        CallNotes notes = new CallNotes();
        request.setProperty(PROPERTY, notes);
        return notes;
    }

    @Nullable
    Caller caller() {
        return caller;
    }

    /** The caller of a request that was let in. */
    Caller requireCaller() {
        Caller known = caller;
        if (known == null) {
            throw new IllegalStateException("BUG: the request was let in without a caller");
        }
        return known;
    }

    void calledBy(Caller known) {
        caller = known;
    }

    Role requireNeeded() {
        Role role = needed;
        if (role == null) {
            throw new IllegalStateException("BUG: the call needs no role");
        }
        return role;
    }

    void needs(Role role) {
        needed = role;
    }

    Set<String> shards() {
        return shards;
    }

    void concerns(Collection<ShardId> more) {
        more.forEach(shard -> shards.add(shard.value()));
    }

    @Nullable
    String move() {
        return move;
    }

    void concerns(MoveId id) {
        move = id.value();
    }

    Map<String, Object> what() {
        return what;
    }

    void says(String member, @Nullable Object value) {
        if (value != null) {
            what.put(member, value);
        }
    }

    /** Whether it is written down that it was about to be carried out. */
    boolean wasAsked() {
        return asked;
    }

    /** Sets what writes that down. */
    void recordBy(Runnable recorder) {
        recording = recorder;
    }

    /** Whether what is done about it is recorded. */
    boolean isRecorded() {
        return recording != null;
    }

    /** Records that it is about to be carried out: it was understood, and its caller may do it. Once, and before anything changes. */
    void carryOut() {
        Runnable recorder = recording;
        if (recorder != null && !asked) {
            recorder.run();
            asked = true;
        }
    }

    /** Whether another controller has answered, and recorded it. */
    boolean wasPassedOn() {
        return passedOn;
    }

    void passedOn() {
        passedOn = true;
    }
}
