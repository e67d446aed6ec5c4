/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveId;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Reports.StopMode;
import io.drover.api.fault.FaultPoint.When;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.daemon.agent.SettingsJournal.Reversal;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresServer;
import io.drover.replication.RunningSettings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes settings and takes changes back (rule R5): the journal is on disk before the file changes. A running server is changed
 * with ALTER SYSTEM, a stopped or held one by replacing postgresql.auto.conf.
 */
final class InstanceSettings {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceSettings.class);
    private static final Duration VISIBLE = Duration.ofSeconds(10);

    private final NodeTools tools;

    InstanceSettings(NodeTools tools) {
        this.tools = tools;
    }

    /** Changes settings of a running server for a step of a move, and loads them. */
    void change(ManagedInstance instance, MoveId move, int step, Map<ManagedSetting, String> values) {
        tools.tell(instance.record(), VISIBLE, session -> {
            RunningSettings settings = session.settings();
            stage(instance, move, step, values, settings);
            FaultPoints.around("settings", "reload", settings::reload);
        });
        values.forEach((setting, value) -> tools.server(instance.record()).awaitVisible(setting, value, VISIBLE));
    }

    /** Writes settings of a running server to disk only: they wait there for a restart. */
    void stage(
            ManagedInstance instance,
            MoveId move,
            int step,
            Map<ManagedSetting, String> values,
            RunningSettings settings) {
        instance.update(record -> record.withSettings(SettingsJournal.remember(
                record.settings(),
                values.keySet().stream().map(ManagedSetting::parameter).toList(),
                name -> settings.autoConfValue(settingOf(name)),
                move,
                step)));
        FaultPoints.around("settings", "write", () -> values.forEach(settings::set));
    }

    /** Takes back what a step of a move changed, 0 for every step, on a running or a stopped server, and loads it. */
    void undo(ManagedInstance instance, MoveId move, int step) {
        Reversal reversal = SettingsJournal.undo(instance.record().settings(), move, step);
        apply(instance, reversal, true);
    }

    /** Takes back, on disk only, every change of the steps that wrote a seal's settings. */
    void undoSeal(ManagedInstance instance) {
        List<SettingChange> journal = instance.record().settings();
        apply(instance, SettingsJournal.undo(journal, SettingsJournal.ofSeal(journal)), false);
    }

    /**
     * Takes the guard back and loads that, and the target's place among those that a synchronous shard waits for: it waits for its
     * own standbys again (R10). What a prepared seal has put on disk goes first: a reload would load it.
     */
    void undoGuard(ManagedInstance instance) {
        undoSeal(instance);
        List<SettingChange> journal = instance.record().settings();
        apply(instance, SettingsJournal.undo(journal, SettingsJournal.ofGuard(journal)), true);
    }

    private void apply(ManagedInstance instance, Reversal reversal, boolean load) {
        InstanceRecord record = instance.record();
        if (reversal.remaining().equals(record.settings())) {
            return;
        }
        FaultPoints.reach("settings", "undo", When.BEFORE);
        PostgresServer server = tools.server(record);
        boolean takesLogins = server.takesLogins();
        AtomicBoolean deaf = new AtomicBoolean();
        if (!reversal.writes().isEmpty() && takesLogins) {
            tools.tell(record, VISIBLE, session -> {
                RunningSettings settings = session.settings();
                reversal.writes()
                        .forEach((name, before) -> settings.restore(settingOf(name), Optional.ofNullable(before)));
                deaf.set(reversal.writes().containsKey(ManagedSetting.LISTEN_ADDRESSES.parameter())
                        && settings.current(ManagedSetting.LISTEN_ADDRESSES).isEmpty());
                if (load && !deaf.get()) {
                    settings.reload();
                }
            });
        } else if (!reversal.writes().isEmpty()) {
            server.files().editSettings(bySetting(reversal.writes()));
            if (load && isOnlyFrozen(record)) {
                FaultPoints.around("settings", "reload", server::reload);
                requireThatItAnswers(record, server);
            }
        }
        FaultPoints.reach("settings", "undo", When.AFTER);
        if (deaf.get()) {
            // before the journal forgets why
            restart(record);
        }
        instance.update(current -> current.withSettings(reversal.remaining()));
    }

    /**
     * Stopped by somebody else: it goes on one day with what it has loaded, and commits would wait for a standby that is gone. What
     * a seal holds is loaded by nobody: it is opened first, or never goes on.
     */
    private static boolean isOnlyFrozen(InstanceRecord record) {
        return record.seal() == null && record.role() != Role.DEMOTED;
    }

    /**
     * A change that was on its way to a primary that stands still may be made after it was taken back, and commits would wait for a
     * standby that is gone: it is taken back once more when the server answers.
     */
    private void requireThatItAnswers(InstanceRecord record, PostgresServer server) {
        if (record.role() == Role.PRIMARY && server.postmaster().isPresent()) {
            throw new DroverException(
                    ErrorCode.POSTGRES_UNREACHABLE,
                    "PostgreSQL of instance " + record.instance() + " on " + tools.node()
                            + " stands still: its settings are taken back on disk, and stay in the journal until it answers",
                    "let its processes go on (state T in ps: kill -CONT), or see why the machine does not run them");
        }
    }

    /** Somebody has started it with the seal's settings: it hears nobody, and a reload does not change that. The agent starts it. */
    private void restart(InstanceRecord record) {
        FaultPoints.around("settings", "stop", () -> tools.server(record).stop(StopMode.FAST, VISIBLE));
        LOG.warn(
                "instance {} had been started with the settings of a seal that was given up: stopped, to be started"
                        + " without them",
                record.instance());
    }

    private static Map<ManagedSetting, @Nullable String> bySetting(Map<String, @Nullable String> writes) {
        Map<ManagedSetting, @Nullable String> values = new EnumMap<>(ManagedSetting.class);
        writes.forEach((name, before) -> values.put(settingOf(name), before));
        return values;
    }

    private static ManagedSetting settingOf(String parameter) {
        return ManagedSetting.valueOf(parameter.toUpperCase(Locale.ROOT));
    }
}
