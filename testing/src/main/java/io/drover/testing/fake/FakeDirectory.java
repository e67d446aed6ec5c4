/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.replication.ControlData;
import io.drover.replication.TimelineHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What lies in a data directory on disk: what a crash leaves. */
final class FakeDirectory {
    static final String PRODUCTION = "in production";
    static final String RECOVERY = "in archive recovery";
    static final String STOPPED = "shut down";
    static final String STOPPED_STANDBY = "shut down in recovery";

    final InstanceId instance;
    /** What ALTER SYSTEM writes; it beats the file below. */
    final Map<String, String> autoConf = new TreeMap<>();
    /** What a person has written into postgresql.conf: the node's own, which no copy carries. */
    final Map<String, String> conf = new TreeMap<>();

    final FakeSlots slots = new FakeSlots();
    final List<TimelineHistory.Entry> history = new ArrayList<>();
    /** Processes of a killed server that a seal had stopped. */
    final List<Integer> orphans = new ArrayList<>();

    /** Whether the kernel still takes processes apart that were halted: they do nothing, and until then nothing is started here. */
    boolean leaving;

    Wal wal;
    int timeline = 1;
    /** Of the last checkpoint: behind a promotion it is the old one until the next checkpoint (H87). */
    int controlTimeline = 1;

    /** Whether it has data checksums. */
    boolean rewindable = true;

    String state = STOPPED;
    boolean standbySignal;
    boolean rewindLogin;
    boolean rulesCarried;
    /** Whether a program has begun to write and not finished: nothing can be started in it. */
    boolean incomplete;

    boolean damaged;
    /** Which program works on it; what it has finished means nothing when it was ended. */
    @Nullable
    FakeProgram program;

    FakeDirectory(InstanceId instance, Lsn start) {
        this.instance = instance;
        this.wal = new Wal(start);
    }

    /** A copy of what a base backup carries: no slots (they are the source's) and no processes. */
    FakeDirectory copy() {
        FakeDirectory copy = new FakeDirectory(instance, new Lsn(0));
        copy.takeContents(this);
        return copy;
    }

    /** What a base backup or a rewind replaces. */
    void takeContents(FakeDirectory source) {
        wal = source.wal.copy();
        timeline = source.timeline;
        controlTimeline = source.controlTimeline;
        history.clear();
        history.addAll(source.history);
        autoConf.clear();
        autoConf.putAll(source.autoConf);
        state = source.state;
        rewindable = source.rewindable;
        standbySignal = false;
        rewindLogin = source.rewindLogin;
    }

    /** The settings of a server that reads its files now. */
    Map<String, String> settings() {
        Map<String, String> all = new TreeMap<>(conf);
        all.putAll(autoConf);
        return all;
    }

    /** Where another timeline has left the one that this directory is on; null when it never did. */
    @Nullable
    Lsn leftAt(int other) {
        return history.stream()
                .filter(entry -> entry.timeline() == other)
                .map(TimelineHistory.Entry::end)
                .findFirst()
                .orElse(null);
    }

    /** As a person makes it: on an earlier timeline, with what was written up to a position. */
    void makeStandby(int earlier, Lsn upTo) {
        wal = wal.onTimeline(earlier, upTo);
        timeline = earlier;
        controlTimeline = earlier;
        history.removeIf(entry -> entry.timeline() >= earlier);
        state = STOPPED_STANDBY;
        standbySignal = true;
    }

    /** What a power loss leaves. */
    void losePower() {
        orphans.clear();
        leaving = false;
        FakeProgram working = program;
        if (working != null) {
            working.end("the machine lost its power");
        }
        program = null;
    }

    ControlData control() {
        Map<String, String> raw = new LinkedHashMap<>();
        raw.put("Database system identifier", instance.value());
        raw.put("Database cluster state", state);
        raw.put("Latest checkpoint location", wal.lastCheckpoint().toString());
        raw.put("Latest checkpoint's REDO location", wal.end().toString());
        raw.put("Latest checkpoint's TimeLineID", Integer.toString(controlTimeline));
        raw.put(
                "Min recovery ending loc's timeline",
                Integer.toString(standbySignal || state.equals(RECOVERY) ? timeline : 0));
        raw.put("Catalog version number", "202209061");
        raw.put("Database block size", "8192");
        raw.put("Bytes per WAL segment", Long.toString(Wal.SEGMENT));
        int checksums = rewindable ? 1 : 0;
        raw.put("Data page checksum version", Integer.toString(checksums));
        raw.put("wal_log_hints setting", "off");
        return new ControlData(instance, state, controlTimeline, Wal.SEGMENT, checksums, raw);
    }
}
