/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.api.FenceEpoch;
import io.drover.api.InstanceId;
import io.drover.api.Lsn;
import io.drover.api.MoveState;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.ShardTopology;
import io.drover.api.ShardTopology.Endpoint;
import io.drover.api.ShardTopology.Replica;
import io.drover.api.ShardTopology.ReplicaRole;
import io.drover.api.TopologyState;
import io.drover.testing.checker.Evidence.Coverage;
import io.drover.testing.checker.Evidence.Ending;
import io.drover.testing.checker.Evidence.Equality;
import io.drover.testing.checker.Evidence.FinalRead;
import io.drover.testing.checker.Evidence.Limits;
import io.drover.testing.checker.Evidence.OldWal;
import io.drover.testing.checker.Evidence.Reign;
import io.drover.testing.checker.Evidence.Row;
import io.drover.testing.checker.Evidence.Sighting;
import io.drover.testing.checker.Evidence.TableSum;
import io.drover.testing.checker.Evidence.TopologyChange;
import io.drover.testing.checker.Evidence.When;
import io.drover.testing.ledger.AckLog;
import io.drover.testing.ledger.AckLog.Kind;
import io.drover.testing.ledger.AckLog.Outcome;
import io.drover.testing.ledger.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A move from node a to node b as it should be: a test spoils one thing of it. The clock of its writes is the JVM's. */
final class SampleRun {
    static final Lsn FORK = Lsn.parse("0/3000000");

    final AckLog kit = new AckLog(1, Kind.KIT);
    final AckLog rogue = new AckLog(2, Kind.ROGUE);
    final List<AckLog> logs = new ArrayList<>(List.of(kit, rogue));
    final List<Row> rows = new ArrayList<>();
    final List<FinalRead> reads = new ArrayList<>();
    final List<Reign> lineage = new ArrayList<>(List.of(new Reign("a", 1, FORK), new Reign("b", 2, null)));
    final List<OldWal> wals = new ArrayList<>(List.of(new OldWal("a", 1, FORK, true, List.of())));
    final List<Sighting> sightings = new ArrayList<>();
    final List<TopologyChange> chain = new ArrayList<>();
    List<String> leftovers = List.of();
    Limits limits = new Limits(Duration.ofSeconds(30), Set.of("08", "57P01"));
    Equality equality = new Equality(
            Lsn.parse("0/4000000"), Map.of("ledger", new TableSum(4, "17")), Map.of("ledger", new TableSum(4, "17")));
    Ending ending = new Ending(MoveState.BAKING, false, Duration.ofSeconds(3), Duration.ofSeconds(60));
    Coverage coverage;

    SampleRun() {
        acked(kit, "a", 1, "0/2000000", 700, 5);
        acked(rogue, "a", 1, "0/2000100", 701, 0);
        fate(rogue, Outcome.UNKNOWN, "08006");
        coverage = new Coverage(Map.of("kill the controller", true), List.of(System.nanoTime()), 2, 1);
        sighted("a", 1);
        acked(kit, "b", 2, "0/3000200", 800, 7);
        acked(kit, "b", 2, "0/3000300", 801, 7);
        sighted("b", 2);
        stored(5, TopologyState.SERVING, "a", true);
        stored(6, TopologyState.FENCED, "a", true);
        stored(6, TopologyState.PROMOTING, "a", true);
        stored(7, TopologyState.SERVING, "b", false);
    }

    int acked(AckLog log, String node, int timeline, String lsn, long xid, long epoch) {
        int sequence = log.begin();
        if (epoch > 0) {
            log.sawEpoch(sequence, epoch);
        }
        log.writtenAt(sequence, new Place(node, node + ":5432", timeline, Lsn.parse(lsn), xid));
        log.end(sequence, Outcome.ACKED, System.nanoTime());
        rows.add(new Row(log.writer(), sequence));
        return sequence;
    }

    int fate(AckLog log, Outcome outcome, String state) {
        int sequence = log.begin();
        log.fail(sequence, outcome, state, System.nanoTime());
        return sequence;
    }

    void sighted(String node, int timeline) {
        long asked = System.nanoTime();
        sightings.add(new Sighting(node, "7000", timeline, asked, System.nanoTime()));
    }

    void stored(long epoch, TopologyState state, String primary, boolean target) {
        List<Replica> replicas =
                target ? List.of(new Replica(new NodeId("b"), "127.0.0.2", 5433, ReplicaRole.TARGET, 0)) : List.of();
        chain.add(new TopologyChange(
                chain.size() + 1L,
                Optional.of(new ShardTopology(
                        1,
                        new ShardId("shard_01"),
                        new InstanceId("7000"),
                        new FenceEpoch(epoch),
                        state,
                        "app",
                        new Endpoint(new NodeId(primary), "127.0.0.1", 5433),
                        replicas,
                        null,
                        null))));
    }

    /** The last read shows these rows only. */
    void readAfterCrash(List<Row> found) {
        reads.add(new FinalRead(When.AFTER_CRASH, found));
    }

    Evidence.Builder builder() {
        Evidence.Builder builder = Evidence.of(1, logs)
                .lineage(lineage)
                .sightings(sightings)
                .chain(chain)
                .leftovers(leftovers)
                .limits(limits)
                .equality(equality)
                .ending(ending)
                .coverage(coverage);
        wals.forEach(builder::oldWal);
        if (reads.isEmpty()) {
            for (When when : When.values()) {
                reads.add(new FinalRead(when, rows));
            }
        }
        reads.forEach(builder::read);
        return builder;
    }

    Report judge() {
        return Checker.judge(builder().build());
    }
}
