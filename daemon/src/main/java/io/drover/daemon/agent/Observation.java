package io.drover.daemon.agent;

import io.drover.api.InstanceId;
import io.drover.api.ShardId;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.InstanceReport;
import io.drover.api.agent.Reports.JobReport;
import io.drover.api.agent.Reports.NodeReport;
import java.util.List;

/** placeholder */
final class Observation {
    NodeReport node() { throw new UnsupportedOperationException(); }
    TargetFacts targetFacts(ShardId shard, int port, String sourceHost, int sourcePort, List<String> d) { throw new UnsupportedOperationException(); }
    InstanceReport instance(InstanceId id) { throw new UnsupportedOperationException(); }
    JobReport job(InstanceId id) { throw new UnsupportedOperationException(); }
    InstanceFacts facts(InstanceId id) { throw new UnsupportedOperationException(); }
    boolean takesWrites(ShardId id) { throw new UnsupportedOperationException(); }
    boolean takesReads(ShardId id) { throw new UnsupportedOperationException(); }
}
