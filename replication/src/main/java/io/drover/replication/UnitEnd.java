/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
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
    private static final String FAILED = "failed";
    private static final String INACTIVE = "inactive";

    private final String unit;
    private final Function<List<String>, Commands.Result> systemctl;

    UnitEnd(String unit, Function<List<String>, Commands.Result> systemctl) {
        this.unit = unit;
        this.systemctl = systemctl;
    }

    /**
     * Has systemd forget the failure. The server is stopped whatever becomes of this: it throws nothing, and waits for nothing; systemd
     * may have to clear up behind it for seconds.
     *
     * @return whether nothing is left to do; asked again until then
     */
    boolean forget() {
        try {
            String state = state();
            if (state.equals(FAILED)) {
                reset();
            }
            return state.equals(FAILED) || state.equals(INACTIVE);
        } catch (DroverException e) {
            LOG.warn("{} may be shown as failed, although its server was stopped on purpose: {}", unit, e.getMessage());
            return true;
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
