/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.SafeText;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Every setting that Drover may change, why, and to what. No other name reaches ALTER SYSTEM or postgresql.auto.conf, and no other value
 * but one that stood there before: what these files say is carried out, some of it by a shell.
 */
public enum ManagedSetting {
    SYNCHRONOUS_STANDBY_NAMES(
            "[\\p{L}\\p{N}_ ,()\"*$.:@/+-]{0,1000}",
            "the guard: commits wait for the target from shortly before the pause on"),
    LISTEN_ADDRESSES(
            "", "empty on the disk of a sealed source: whoever starts it again lets no client in by the network"),
    WAL_KEEP_SIZE(
            Values.SIZE, "1 GB during the cutover: a rewind needs the WAL back to the checkpoint before the fork"),
    AUTOVACUUM(Values.SWITCH, "its workers commit through every guard, so none may start during the seal"),
    WAL_INIT_ZERO(
            Values.SWITCH, "off during the cutover: the target opens its first segment without filling it with zeros"),
    WAL_RECYCLE(
            Values.SWITCH, "off while a standby waits for its promotion, which clears away each segment made ahead"),
    RESTORE_COMMAND("", "empty while streaming: a promotion asks the archive several times otherwise"),
    RECOVERY_END_COMMAND("", "empty during the cutover: it runs inside the promotion"),
    MAX_STANDBY_STREAMING_DELAY(
            Values.SPAN, "short during the cutover: a reader on the target must not hold up replay"),
    WAL_RETRIEVE_RETRY_INTERVAL(
            Values.SPAN, "short during the cutover: a promotion may otherwise sleep it out when its source is gone"),
    PRIMARY_CONNINFO(ConnectionString.FORM, "whom a standby follows"),
    PRIMARY_SLOT_NAME("[a-z0-9_]{1,63}", "the slot that holds WAL for the standby"),
    RECOVERY_TARGET_TIMELINE("latest", "a standby follows a promotion");

    private final Pattern values;
    private final String reason;

    ManagedSetting(String values, String reason) {
        this.values = Pattern.compile(values);
        this.reason = reason;
    }

    private static final class Values {
        static final String SWITCH = "on|off";
        static final String SPAN = "[0-9]{1,9}ms";
        static final String SIZE = "[0-9]{1,9}(?:kB|MB|GB)";
    }

    /**
     * A value of Drover's own for the setting, itself.
     *
     * @throws DroverException INVALID_VALUE when Drover gives it no such value
     */
    String checked(String value) {
        if (!values.matcher(value).matches()) {
            throw new DroverException(
                    ErrorCode.INVALID_VALUE,
                    parameter() + " is not set to " + SafeText.quoted(value) + ": Drover gives it no such value");
        }
        return value;
    }

    /** PostgreSQL's name of the setting. */
    public String parameter() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Why Drover changes it. */
    public String reason() {
        return reason;
    }
}
