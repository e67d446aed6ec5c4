/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import io.drover.api.DroverException;
import io.drover.api.Lsn;
import io.drover.api.MoveId;
import io.drover.api.ShardTopology;
import io.drover.api.TopologyState;
import io.drover.api.agent.Facts.Slot;
import io.drover.api.agent.Reports.Role;
import io.drover.api.fault.FaultPoints;
import io.drover.daemon.agent.InstanceRecord.JobPhase;
import io.drover.daemon.agent.InstanceRecord.SettingChange;
import io.drover.fencing.FenceTransitions;
import io.drover.replication.CutoverSettings;
import io.drover.replication.DataDirectories;
import io.drover.replication.Guard;
import io.drover.replication.ManagedSetting;
import io.drover.replication.PostgresSession;
import io.drover.replication.SealSettings;
import io.drover.replication.ServerFiles;
import io.drover.topology.MoveStanding;
import io.drover.topology.TopologyStore;
import io.drover.topology.Versioned;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what moves that have ended have left on this node, and undoes it without being asked (rule R5, H49, H63, H65): settings, slots,
 * staging and rewinding directories, the login of a rewind. Goes by the level of things, every half minute.
 *
 * <p>Never a guess. First it looks what is there; then a transaction proves that no move holds the instance and that the topology is
 * the newest; then it asks ZooKeeper for each move by name. A move that begins afterwards has made nothing of what was found before.
 * Without ZooKeeper, on a topology from the past, under a fence or while a job runs it does nothing. A slot that a standby still
 * reads, and whatever else it cannot prove to be nobody's, is told to a person and left.
 */
final class Tidying {
    private static final Logger LOG = LoggerFactory.getLogger(Tidying.class);
    private static final String PLACE = "tidying";
    private static final String STAGING = ".staging-";
    private static final String REWINDING = ".rewinding-";
    private static final Pattern SLOT = Pattern.compile("drover_([a-z0-9]{8})(?:_back|_s[0-9]+)?");
    /** From which another standby goes on streaming when its move has ended, unless there is none. */
    private static final Pattern OF_STANDBY = Pattern.compile(".*_s[0-9]+");

    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** A slot that holds back more WAL than this is told of; max_slot_wal_keep_size is what bounds it. */
    private static final long MUCH = 16L << 30;

    private final NodeTools tools;
    private final InstanceSettings settings;
    private final TopologyStore store;
    private final Acts acts;
    private final DataDirectories directories;

    Tidying(NodeTools tools, InstanceSettings settings, TopologyStore store, Acts acts) {
        this.tools = tools;
        this.settings = settings;
        this.store = store;
        this.acts = acts;
        this.directories = tools.directories();
    }

    /** Something that carries a move's name, and how it is undone. */
    private record Leftover(String move, String what, Runnable undo, boolean inUse) {}

    /** Looks at an instance on which no verb runs. */
    void look(ManagedInstance instance, List<Versioned<ShardTopology>> seen) {
        InstanceRecord record = instance.record();
        List<ShardTopology> topologies = seen.stream().map(Versioned::value).toList();
        if (topologies.isEmpty()
                || StartRule.outdated(record, topologies)
                || topologies.stream().anyMatch(t -> t.state() != TopologyState.SERVING)
                || record.job() != null && record.job().phase() == JobPhase.RUNNING) {
            return;
        }
        try {
            boolean held = topologies.stream().anyMatch(t -> t.move() != null);
            boolean followed = topologies.stream()
                    .anyMatch(t -> !FenceTransitions.readers(t).isEmpty());
            List<Leftover> found = new ArrayList<>(held ? List.of() : onDisk(instance));
            if (tools.server(record).takesLogins() && record.seal() == null && record.role() != Role.DEMOTED) {
                found.addAll(onServer(instance, held, followed));
            }
            if (!found.isEmpty()) {
                store.verify(seen);
                found.forEach(this::decide);
            }
        } catch (DroverException e) {
            LOG.debug("instance {} is looked through again later", record.instance(), e);
        }
    }

    private void decide(Leftover leftover) {
        MoveStanding standing = store.standingOf(leftover.move());
        switch (standing) {
            case LIVE -> {}
            case ENDED, UNKNOWN -> {
                if (leftover.inUse()) {
                    acts.doubt(leftover.move(), leftover.what() + " is in use");
                    return;
                }
                FaultPoints.around(PLACE, "undo", leftover.undo());
                acts.undone(leftover.move(), leftover.what() + " is undone");
            }
        }
    }

    // ---- what is there ----

    private List<Leftover> onDisk(ManagedInstance instance) {
        InstanceRecord record = instance.record();
        List<Leftover> found = new ArrayList<>();
        for (Path dataDir : record.dataDirs()) {
            for (Path staging : directories.marked(dataDir, STAGING)) {
                found.add(new Leftover(
                        nameAfter(staging, STAGING), "the copy in " + staging, () -> removeStaging(staging), false));
            }
            for (Path rewinding : directories.marked(dataDir, REWINDING)) {
                found.add(new Leftover(
                        nameAfter(rewinding, REWINDING),
                        "the rewind in " + rewinding,
                        () -> setAside(rewinding),
                        false));
            }
        }
        return found;
    }

    private static String nameAfter(Path directory, String mark) {
        String name = String.valueOf(directory.getFileName());
        return name.substring(name.indexOf(mark) + mark.length());
    }

    private List<Leftover> onServer(ManagedInstance instance, boolean held, boolean followed) {
        InstanceRecord record = instance.record();
        return tools.ask(record, LIMIT, session -> {
            List<Slot> slots = session.slots();
            slots.forEach(slot -> tellWhenMuchIsHeld(record, slot, session));
            if (held) {
                return List.<Leftover>of();
            }
            List<Leftover> found = new ArrayList<>();
            slots.stream()
                    // one that is away for a while is not to lose its WAL
                    .filter(slot ->
                            !followed || !OF_STANDBY.matcher(slot.name()).matches())
                    .forEach(slot -> shortIdOf(slot).ifPresent(move -> found.add(slot(record, slot, move))));
            settingsOf(instance)
                    .forEach((move, names) -> found.add(new Leftover(
                            move.shortId(), "settings " + names, () -> settings.undo(instance, move, 0), false)));
            List<ManagedSetting> strays = record.role() == Role.PRIMARY ? strays(record) : List.of();
            if (!strays.isEmpty()) {
                found.add(new Leftover(
                        "", "settings of a move without a journal: " + strays, () -> remove(instance, strays), false));
            }
            if (record.role() == Role.PRIMARY && session.rewindLogin()) {
                found.add(new Leftover("", "the login of drover_rewind", () -> closeLogin(record), false));
            }
            return found;
        });
    }

    private static Optional<String> shortIdOf(Slot slot) {
        Matcher matcher = SLOT.matcher(slot.name());
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private Leftover slot(InstanceRecord record, Slot slot, String move) {
        return new Leftover(
                move,
                "slot " + slot.name() + " of instance " + record.instance() + " on " + tools.node(),
                () -> {
                    // what was put there for the copy that the slot was for; first, since without the slot nobody would
                    // look again
                    tools.files(record).forgetCarried();
                    tools.tell(record, LIMIT, session -> session.dropSlot(slot.name(), LIMIT));
                },
                slot.active());
    }

    private static Map<MoveId, List<String>> settingsOf(ManagedInstance instance) {
        Map<MoveId, List<String>> byMove = new LinkedHashMap<>();
        for (SettingChange change : instance.record().settings()) {
            byMove.computeIfAbsent(change.move(), any -> new ArrayList<>()).add(change.setting());
        }
        return byMove;
    }

    /** What bounds it is the server's max_slot_wal_keep_size: then the slot is lost, and with it only the way back or the copy. */
    private void tellWhenMuchIsHeld(InstanceRecord record, Slot slot, PostgresSession session) {
        Optional<Lsn> now = Optional.ofNullable(session.state().lsn());
        Optional<Lsn> from = Optional.ofNullable(slot.restartLsn());
        long held = now.isPresent() && from.isPresent() ? now.orElseThrow().minus(from.orElseThrow()) : 0;
        if (held > MUCH) {
            acts.doubt(
                    shortIdOf(slot).orElse(""),
                    "slot " + slot.name() + " of instance " + record.instance() + " on " + tools.node()
                            + " holds back more than " + (MUCH >> 30)
                            + " GiB of WAL: see that its standby streams, or end the"
                            + " move; max_slot_wal_keep_size bounds it");
        }
    }

    /**
     * Settings of a move on disk that no journal explains: the name of a fence to wait for, or all that a row writes together. Single
     * ones may be a person's, and another name of Drover's may be that of a standby that a synchronous shard waits for (R10): P22 and
     * P22-settings tell of them.
     */
    private List<ManagedSetting> strays(InstanceRecord record) {
        if (!record.settings().isEmpty()) {
            return List.of();
        }
        ServerFiles files = tools.files(record);
        List<ManagedSetting> strays = new ArrayList<>();
        boolean fenced = files.storedSetting(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES)
                .flatMap(Guard::fenceIn)
                .isPresent();
        if (fenced) {
            strays.add(ManagedSetting.SYNCHRONOUS_STANDBY_NAMES);
        }
        for (Map<ManagedSetting, String> row : List.of(SealSettings.ofEveryEpoch(), CutoverSettings.values())) {
            boolean whole = row.entrySet().stream()
                    .allMatch(each -> files.storedSetting(each.getKey())
                            .filter(each.getValue()::equals)
                            .isPresent());
            if (whole) {
                strays.addAll(row.keySet());
            }
        }
        return strays;
    }

    /** Through the journal, as any other: what stood there before is not known, and the other files decide. */
    private void remove(ManagedInstance instance, List<ManagedSetting> strays) {
        instance.update(record -> record.withSettings(strays.stream()
                .map(setting -> new SettingChange(setting.parameter(), null, LostSeal.UNKNOWN, 0))
                .toList()));
        settings.undo(instance, LostSeal.UNKNOWN, 0);
    }

    // ---- how it is undone ----

    private void removeStaging(Path staging) {
        directories.endPrograms(staging);
        directories.discardStaging(staging);
    }

    /** It was a primary once: renamed, never deleted (rule R9). */
    private void setAside(Path rewinding) {
        directories.endPrograms(rewinding);
        String name = String.valueOf(rewinding.getFileName()).replace(REWINDING, ".set-aside-");
        Path wanted = rewinding.resolveSibling(name);
        Path free = wanted;
        for (int i = 2; directories.exists(free); i++) {
            free = wanted.resolveSibling(wanted.getFileName() + "-" + i);
        }
        directories.rename(rewinding, free);
    }

    private void closeLogin(InstanceRecord record) {
        tools.tell(record, LIMIT, session -> session.setRewindLogin(false));
    }
}
