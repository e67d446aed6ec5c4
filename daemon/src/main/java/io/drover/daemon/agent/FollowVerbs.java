/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static io.drover.daemon.agent.VerbTable.row;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Verb;
import io.drover.replication.CutoverSettings;
import io.drover.replication.ManagedSetting;
import io.drover.replication.ServerFiles;
import io.drover.replication.ServerFiles.Upstream;
import io.drover.replication.SynchronousStandbys;
import java.util.EnumMap;
import java.util.Map;

/**
 * Whom the other standbys of an instance follow, and who waits for them.
 *
 * <pre>
 * follow, for a move     whom it followed is journaled → connection and slot set → loaded; looks for its WAL often
 * follow, lasting        the same → what it followed before is forgotten, the rest of the move's settings put back
 * restore-settings       whom it followed before the move
 * </pre>
 */
final class FollowVerbs {
    private final NodeTools tools;
    private final InstanceSettings settings;

    FollowVerbs(NodeTools tools, InstanceSettings settings) {
        this.tools = tools;
        this.settings = settings;
    }

    void addTo(VerbTable table) {
        table.on(Verb.Follow.class, row(this::follow));
        table.on(Verb.SetSynchronousStandbys.class, row(this::setSynchronousStandbys));
    }

    private Done follow(Verb.Follow verb, VerbCall call) {
        InstanceRecord record = call.record();
        if (record.role() != Role.STANDBY) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "instance " + record.instance() + " is " + record.role() + " here and follows nobody",
                    "nothing was done");
        }
        ServerFiles files = tools.files(record);
        files.writePasswords();
        Upstream upstream = Upstream.of(verb.host(), verb.port(), verb.applicationName(), verb.slot());
        Map<ManagedSetting, String> values = new EnumMap<>(files.following(upstream));
        if (!verb.lasting()) {
            // commits of a synchronous shard wait for it when the new timeline begins
            ManagedSetting often = ManagedSetting.WAL_RETRIEVE_RETRY_INTERVAL;
            values.put(often, CutoverSettings.values().get(often));
        }
        settings.change(call.instance(), call.move(), call.step(), values);
        if (verb.lasting()) {
            call.instance()
                    .update(current ->
                            current.withSettings(SettingsJournal.handedOver(current.settings(), call.move())));
            settings.undo(call.instance(), call.move(), 0);
        }
        return new Done("instance " + record.instance() + " follows " + verb.host() + ":" + verb.port()
                + (verb.lasting() ? "" : " for the time of the cutover"));
    }

    /** H19: what waits on a node that lost its grant is never let go. */
    private Done setSynchronousStandbys(Verb.SetSynchronousStandbys verb, VerbCall call) {
        InstanceRecord record = call.record();
        if (record.role() == Role.DEMOTED || record.seal() != null) {
            throw new DroverException(
                    ErrorCode.STATE_CONFLICT,
                    "synchronous_standby_names of instance " + record.instance()
                            + " is not changed: it was demoted or is sealed",
                    "nothing was done");
        }
        String names = verb.names().value();
        // what PostgreSQL would not understand must not reach its file of settings
        SynchronousStandbys.parse(names);
        call.instance().patience(verb.patienceMillis());
        settings.change(
                call.instance(), call.move(), call.step(), Map.of(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES, names));
        return new Done("commits wait for " + names);
    }
}
