/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.metrics;

import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.MoveState;

/**
 * Names of all metrics, and the numbers that stand for states. On the admin port's {@code /metrics} dots are underscores and
 * the last part of the names that end in a value is a label.
 */
public final class MetricNames {
    /** Gauge: 1 while this controller leads, else 0. */
    public static final String LEADER = "drover.leader";

    /** Gauge: 1 while this controller is connected to ZooKeeper, else 0. */
    public static final String ZOOKEEPER_CONNECTED = "drover.zookeeper.connected";

    /** Histogram: write pauses in milliseconds. */
    public static final String PAUSE_MILLIS = "drover.pause.millis";

    /** Gauge: the newest write pause in milliseconds. */
    public static final String LAST_PAUSE_MILLIS = "drover.last.pause.millis";

    /** Gauge: what was predicted of the newest write pause, in milliseconds. */
    public static final String LAST_PREDICTED_MILLIS = "drover.last.predicted.millis";

    /** Histogram: what drills say of the write pause of a move, in milliseconds. */
    public static final String DRILL_PAUSE_MILLIS = "drover.drill.pause.millis";

    /** Histogram: how long drills held writes, in milliseconds. */
    public static final String DRILL_HELD_MILLIS = "drover.drill.held.millis";

    /** Counter: bytes of base backups that have arrived on targets. */
    public static final String COPIED_BYTES = "drover.copied.bytes";

    /** Counter: clients that did not drain in time. */
    public static final String NOT_DRAINED = "drover.not.drained";

    /** Gauge of an agent: what it has undone of moves that had ended, since it was started. */
    public static final String LEFTOVERS_UNDONE = "drover.leftovers.undone";

    /** Gauge: seconds until this daemon's certificate ceases to be valid; only with TLS. */
    public static final String CERTIFICATE_SECONDS_LEFT = "drover.certificate.seconds.left";

    static final String MOVE_STATE = "drover.move.state";
    static final String LAG_BYTES = "drover.move.lag.bytes";
    static final String STEP = "drover.step";
    static final String LAST_PHASE_MILLIS = "drover.last.phase.millis";
    static final String FAILURES = "drover.failures";

    private MetricNames() {}

    /** Gauge: {@link #number} of a move's state; label {@code move}. Gone some time after its end. */
    public static String moveState(MoveId move) {
        return MOVE_STATE + '.' + move.shortId();
    }

    /** Gauge: how many bytes the target's replay is behind; label {@code move}. */
    public static String lagBytes(MoveId move) {
        return LAG_BYTES + '.' + move.shortId();
    }

    /** Timer: how long a step runs; label {@code step}. */
    public static String step(int number) {
        return STEP + '.' + number;
    }

    /** Gauge: how long a phase of the newest write pause took, in milliseconds, 0 when it had none; label {@code phase}. */
    public static String lastPhase(String phase) {
        return LAST_PHASE_MILLIS + '.' + phase;
    }

    /** Counter: failures of steps and moves; label {@code code}. */
    public static String failures(ErrorCode code) {
        return FAILURES + '.' + code.name();
    }

    /** The number of a state in gauges. Never changes. */
    public static int number(MoveState state) {
        return switch (state) {
            case PREPARING -> 1;
            case COPYING -> 2;
            case CATCHING_UP -> 3;
            case VERIFYING -> 4;
            case READY -> 5;
            case CUTTING_OVER -> 6;
            case REVERSING -> 7;
            case BAKING -> 8;
            case COMPLETED -> 9;
            case ABORTING -> 10;
            case ABORTED -> 11;
            case ROLLING_BACK -> 12;
            case ROLLED_BACK -> 13;
            case NEEDS_OPERATOR -> 14;
        };
    }
}
