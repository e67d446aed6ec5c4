/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;

/** The one place where answers of ZooKeeper become errors of Drover. */
final class ZkErrors {
    private ZkErrors() {}

    /** Whether the connection failed and not the request: a read may be repeated, a write may or may not have happened. */
    static boolean isTransient(KeeperException e) {
        return switch (e.code()) {
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED, OPERATIONTIMEOUT, REQUESTTIMEOUT, NEWCONFIGNOQUORUM ->
                true;
            default -> false;
        };
    }

    /** What a refused request means; {@code doing} is such as "reading /topology/shard_01". */
    static DroverException translate(KeeperException e, String doing) {
        if (isTransient(e)) {
            return unavailable(doing, e);
        }
        String path = e.getPath() == null ? "?" : e.getPath();
        if (path.equals(ZkLayout.leaderEpoch().path()) && e.code() != KeeperException.Code.NOAUTH) {
            return leadershipLost(e);
        }
        return switch (e.code()) {
            case BADVERSION -> conflict(path, "has been written since it was read", doing, e);
            case NONODE -> conflict(path, "or its parent does not exist", doing, e);
            case NOTEMPTY -> conflict(path, "has children", doing, e);
            case NODEEXISTS ->
                new DroverException(ErrorCode.ALREADY_EXISTS, path + " exists already; nothing was written", null, e);
            case NOAUTH ->
                new DroverException(
                        ErrorCode.INTERNAL,
                        "ZooKeeper's access control forbids " + doing + " (" + path + "); nothing was changed",
                        "look whether this process has the credentials for it, and at"
                                + " bin/drover zookeeper-access check: docs/security.md",
                        e);
            default ->
                new DroverException(
                        ErrorCode.INTERNAL,
                        "ZooKeeper refused " + doing + ": " + e.getMessage(),
                        "look at ZooKeeper's log and ACLs",
                        e);
        };
    }

    static DroverException leadershipLost(@Nullable Throwable cause) {
        return new DroverException(
                ErrorCode.LEADERSHIP_LOST, "another controller has taken the lead; nothing was written", null, cause);
    }

    static DroverException unavailable(String doing, @Nullable Throwable cause) {
        return new DroverException(
                ErrorCode.ZOOKEEPER_UNAVAILABLE,
                "ZooKeeper did not answer in time: " + doing,
                "shards go on without ZooKeeper; moves wait until it is back",
                cause);
    }

    /** The limit was reached before it became clear whether a write has happened. */
    static DroverException outcomeUnknown(String doing, @Nullable Throwable cause) {
        return unavailable(doing + "; whether it has happened is unknown", cause);
    }

    /** Restores the interrupt flag. */
    static DroverException interrupted(String doing, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new DroverException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "interrupted while " + doing, null, e);
    }

    private static DroverException conflict(String path, String why, String doing, KeeperException e) {
        return new DroverException(
                ErrorCode.CONFLICT, path + " " + why + "; nothing was written (" + doing + ")", null, e);
    }
}
