/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

/** Every setting that Drover may change, and why. No other name reaches ALTER SYSTEM or postgresql.auto.conf. */
public enum ManagedSetting {
    SYNCHRONOUS_STANDBY_NAMES("the guard: commits wait for the target from shortly before the pause on"),
    LISTEN_ADDRESSES("empty on the disk of a sealed source: whoever starts it again lets no client in by the network"),
    WAL_KEEP_SIZE("1 GB during the cutover: a rewind needs the WAL back to the checkpoint before the fork"),
    AUTOVACUUM("its workers commit through every guard, so none may start during the seal"),
    WAL_INIT_ZERO("off during the cutover: the target opens its first segment without filling it with zeros"),
    WAL_RECYCLE("off while a standby waits for its promotion, which clears away each segment made ahead"),
    RESTORE_COMMAND("empty while streaming: a promotion asks the archive several times otherwise"),
    RECOVERY_END_COMMAND("empty during the cutover: it runs inside the promotion"),
    MAX_STANDBY_STREAMING_DELAY("short during the cutover: a reader on the target must not hold up replay"),
    WAL_RETRIEVE_RETRY_INTERVAL(
            "short during the cutover: a promotion may otherwise sleep it out when its source is gone"),
    PRIMARY_CONNINFO("whom a standby follows"),
    PRIMARY_SLOT_NAME("the slot that holds WAL for the standby"),
    RECOVERY_TARGET_TIMELINE("a standby follows a promotion");

    private final String reason;

    ManagedSetting(String reason) {
        this.reason = reason;
    }

    /** PostgreSQL's name of the setting. */
    public String parameter() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Why Drover changes it. */
    public String reason() {
        return reason;
    }
}
