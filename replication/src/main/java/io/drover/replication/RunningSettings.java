/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.util.Optional;

/** Settings of a running server: what its files say, what is in force, and how both are changed. */
public interface RunningSettings {
    /** What postgresql.auto.conf says; absent when it does not name the setting. */
    Optional<String> autoConfValue(ManagedSetting setting);

    /** The value in force in this session. */
    String current(ManagedSetting setting);

    /** Writes a value to postgresql.auto.conf; it is not loaded yet. */
    void set(ManagedSetting setting, String value);

    /** Puts back what {@link #autoConfValue} said; that is not loaded yet. */
    void restore(ManagedSetting setting, Optional<String> autoConfValue);

    /**
     * Makes the server read its files again.
     *
     * @throws io.drover.api.DroverException POSTGRES_FAILED when the files have errors and nothing would be loaded
     */
    void reload();
}
