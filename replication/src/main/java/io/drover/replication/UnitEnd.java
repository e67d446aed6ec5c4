/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A unit whose server was stopped on purpose. That goes by signals, which systemd takes for a failure; a unit that is shown as failed for
 * as long as its shard lives elsewhere would hide those that somebody has to look at. One whose server ended unasked stays failed.
 */
final class UnitEnd {
    private static final Logger LOG = LoggerFactory.getLogger(UnitEnd.class);
    /** systemd hears of the end of a process at once, and clears up behind it. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(50);
    private static final String FAILED = "failed";
    private static final List<String> ENDED = List.of(FAILED, "inactive");

    private final String unit;
    private final Function<List<String>, Commands.Result> systemctl;
    private final Duration limit;

    UnitEnd(String unit, Function<List<String>, Commands.Result> systemctl) {
        this(unit, systemctl, LIMIT);
    }

    UnitEnd(String unit, Function<List<String>, Commands.Result> systemctl, Duration limit) {
        this.unit = unit;
        this.systemctl = systemctl;
        this.limit = limit;
    }

    /** Has systemd forget the failure. The server is stopped whatever becomes of this: it throws nothing. */
    void forget() {
        try {
            boolean ended = Waiting.until(limit, POLL, () -> ENDED.contains(state()));
            if (ended && state().equals(FAILED)) {
                reset();
            }
        } catch (DroverException e) {
            LOG.warn("{} may be shown as failed, although its server was stopped on purpose: {}", unit, e.getMessage());
        }
    }

    private void reset() {
        Commands.Result reset = systemctl.apply(List.of("--no-ask-password", "reset-failed", unit));
        if (reset.exitCode() != 0) {
            LOG.warn(
                    "{} stays failed, although its server was stopped on purpose: {}; let the agent reset it, with the rule for polkit in"
                            + " docs/adopting.md, or run systemctl reset-failed {}",
                    unit,
                    Commands.lastLines(reset.stderr()),
                    unit);
        }
    }

    private String state() {
        return systemctl
                .apply(List.of("show", "--property=ActiveState", "--value", unit))
                .stdout()
                .strip();
    }
}
