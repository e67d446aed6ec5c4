package io.drover.topology;

import io.drover.api.Participant;
import io.drover.api.ShardId;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;

/** The clients that take part in moves of a shard. */
public final class ParticipantStore {
    public ParticipantStore(CuratorFramework client) {
        throw new UnsupportedOperationException();
    }

    /** Makes the directory of a shard's participants when it is missing. */
    public void ensure(ShardId shard) {
        throw new UnsupportedOperationException();
    }

    /**
     * Client: makes the ephemeral znode and keeps it in place, in each new session too, until closed. Returns when it exists.
     *
     * @param client unique among all clients and their restarts
     */
    public Registration register(ShardId shard, String client, Participant participant) {
        throw new UnsupportedOperationException();
    }

    /** Controller: the participants by client id. One that has vanished is unknown, never drained (hazard H42). */
    public Map<String, Participant> list(ShardId shard) {
        throw new UnsupportedOperationException();
    }

    /** Controller: runs something soon after a participant came, went or wrote, and now and then without cause. */
    public Watch watch(ShardId shard, Runnable onChange) {
        throw new UnsupportedOperationException();
    }
}
