/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

/** Every kind of failure that Drover tells apart. The numbers are stable and never reused; reports count by them. */
public enum ErrorCode {
    MALFORMED_REQUEST(100, Type.USER, 400, false, "The request is not understood"),
    UNAUTHORIZED(101, Type.USER, 401, false, "A token is needed"),
    FORBIDDEN(102, Type.USER, 403, false, "The token does not allow this"),
    NOT_FOUND(103, Type.USER, 404, false, "No such thing"),
    UNKNOWN_SHARD(104, Type.USER, 422, false, "Unknown shard"),
    UNKNOWN_NODE(105, Type.USER, 422, false, "Unknown node"),
    SAME_NODE(106, Type.USER, 422, false, "The shard is there already"),
    NOT_SUPPORTED(107, Type.USER, 422, false, "Not supported by this version"),
    IDEMPOTENCY_KEY_REUSED(108, Type.USER, 422, false, "The idempotency key belongs to another request"),
    INVALID_VALUE(109, Type.USER, 422, false, "A value is out of range"),
    APPROVAL_NEEDED(110, Type.USER, 422, false, "The move has to wait for an approval"),

    SHARD_BUSY(200, Type.PRECONDITION, 409, false, "The shard is in another move"),
    NODE_BUSY(201, Type.PRECONDITION, 409, false, "The node is in another move"),
    STATE_CONFLICT(202, Type.PRECONDITION, 409, false, "The state does not allow this"),
    BAKE_NOT_OVER(203, Type.PRECONDITION, 409, false, "The bake is not over"),
    PREFLIGHT_FAILED(204, Type.PRECONDITION, 422, false, "The preflight refuses"),
    ALREADY_EXISTS(205, Type.PRECONDITION, 409, false, "It exists already"),
    ROLLBACK_NOT_READY(206, Type.PRECONDITION, 409, true, "The way back is not ready"),
    IDENTITY_MISMATCH(207, Type.PRECONDITION, 409, false, "Not the thing that was named"),
    TOKEN_REFUSED(208, Type.PRECONDITION, 409, false, "The command is older than what has happened"),
    GUARD_REFUSED(209, Type.PRECONDITION, 409, true, "A condition of the step does not hold"),
    TOPOLOGY_OUTDATED(210, Type.PRECONDITION, 409, false, "The topology is older than what agents have seen"),
    STANDBYS_MISSING(211, Type.PRECONDITION, 409, true, "The shard would have fewer standbys than before"),
    TAIL_MISSED(212, Type.PRECONDITION, 409, true, "The end of the WAL segment is too far away"),
    PAUSE_TOO_LONG(213, Type.PRECONDITION, 409, false, "The write pause would take longer than allowed"),
    BLOCKED(214, Type.PRECONDITION, 409, false, "Something stands in the way of the cutover"),
    UNKNOWN_TABLE(215, Type.PRECONDITION, 409, false, "The move belongs to another version"),
    REPLAYED(216, Type.PRECONDITION, 409, false, "The command was carried out before"),
    TOO_MANY_FENCES(217, Type.PRECONDITION, 429, true, "The shard was fenced too often"),

    POSTGRES_UNREACHABLE(300, Type.POSTGRES, 503, true, "PostgreSQL cannot be reached"),
    POSTGRES_FAILED(301, Type.POSTGRES, 500, false, "PostgreSQL refused or failed"),
    COPY_FAILED(302, Type.POSTGRES, 500, true, "The base backup failed"),
    REPLICATION_BROKEN(303, Type.POSTGRES, 500, true, "Replication does not stream"),
    VERIFICATION_FAILED(304, Type.POSTGRES, 409, false, "Source and target differ"),
    WRONG_TIMELINE(305, Type.POSTGRES, 500, false, "The target is on a wrong timeline"),
    COMMITS_PAST_FORK(306, Type.OPERATOR, 409, false, "The old primary has commits that the new one lacks"),
    SEAL_FAILED(307, Type.POSTGRES, 500, true, "The source could not be sealed"),
    STORAGE_FAILED(308, Type.POSTGRES, 507, true, "A disk is full or fails"),
    NOT_REWINDABLE(309, Type.OPERATOR, 409, false, "The old primary can never be rewound"),

    NO_LEADER(400, Type.ZOOKEEPER, 503, true, "No controller leads"),
    ZOOKEEPER_UNAVAILABLE(401, Type.ZOOKEEPER, 503, true, "ZooKeeper cannot be reached"),
    LEADERSHIP_LOST(402, Type.ZOOKEEPER, 503, true, "Another controller leads"),
    CONFLICT(403, Type.ZOOKEEPER, 409, true, "Somebody else changed it first"),

    TIMEOUT(500, Type.TIMEOUT, 504, true, "A limit was reached"),
    NODE_UNREACHABLE(501, Type.TIMEOUT, 503, true, "The node's agent cannot be reached"),
    PAUSE_BUDGET_SPENT(502, Type.TIMEOUT, 409, true, "The write pause took longer than allowed"),
    DEADLINE_PASSED(503, Type.TIMEOUT, 409, false, "The deadline of the move has passed"),

    ABORTED_BY_OPERATOR(600, Type.OPERATOR, 409, false, "A person aborted the move"),
    OPERATOR_NEEDED(601, Type.OPERATOR, 409, false, "A person is needed"),
    AUDIT_FAILED(602, Type.OPERATOR, 503, true, "The audit log cannot be written"),

    INTERNAL(900, Type.INTERNAL, 500, false, "A fault in Drover");

    /** Who can do something about it. */
    public enum Type {
        USER,
        PRECONDITION,
        POSTGRES,
        ZOOKEEPER,
        TIMEOUT,
        OPERATOR,
        INTERNAL
    }

    private final int number;
    private final Type type;
    private final int httpStatus;
    private final boolean retryable;
    private final String title;

    ErrorCode(int number, Type type, int httpStatus, boolean retryable, String title) {
        this.number = number;
        this.type = type;
        this.httpStatus = httpStatus;
        this.retryable = retryable;
        this.title = title;
    }

    /** Stable number, for reports. */
    public int number() {
        return number;
    }

    /** Who can do something about it. */
    public Type type() {
        return type;
    }

    /** Status of an answer that carries it. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same call may succeed later without a change. */
    public boolean retryable() {
        return retryable;
    }

    /** A short name for people. */
    public String title() {
        return title;
    }
}
