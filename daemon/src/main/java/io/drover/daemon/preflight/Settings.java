/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.Setting;
import java.util.Optional;

/** Reads values out of an instance's pg_settings. */
final class Settings {
    private Settings() {}

    /** The value of a setting that this server version has; empty when it has not. */
    static Optional<String> find(InstanceFacts instance, String name) {
        return Optional.ofNullable(instance.settings().get(name)).map(Setting::value);
    }

    /**
     * The value of a setting that every supported version has.
     *
     * @throws IllegalStateException when it is missing: a check that cannot see must not pass
     */
    static String text(InstanceFacts instance, String name) {
        return find(instance, name)
                .orElseThrow(() -> new IllegalStateException("the value of " + name + " is not known"));
    }

    static boolean isOn(InstanceFacts instance, String name) {
        return text(instance, name).equals("on");
    }

    /** A whole number in the setting's own unit (pg_settings.unit). */
    static long number(InstanceFacts instance, String name) {
        return Long.parseLong(text(instance, name));
    }

    static boolean isEmpty(InstanceFacts instance, String name) {
        return text(instance, name).isBlank();
    }
}
