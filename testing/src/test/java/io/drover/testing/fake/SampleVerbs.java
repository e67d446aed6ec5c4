/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.api.ApplicationName;
import io.drover.api.CanaryQuery;
import io.drover.api.DatabaseName;
import io.drover.api.FenceEpoch;
import io.drover.api.HostName;
import io.drover.api.Lsn;
import io.drover.api.NodePath;
import io.drover.api.ShardId;
import io.drover.api.SlotName;
import io.drover.api.StandbyNames;
import io.drover.api.agent.SessionMark;
import io.drover.api.agent.Verb;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;

/** One command of each kind, made from the types of its members: a new verb is among them by itself. */
final class SampleVerbs {
    private SampleVerbs() {}

    static List<Verb<?>> all() {
        return Stream.of(Verb.class.getPermittedSubclasses())
                .<Verb<?>>map(type -> (Verb<?>) make(type))
                .toList();
    }

    private static Object make(Class<?> type) {
        RecordComponent[] members = type.getRecordComponents();
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Stream.of(members).map(RecordComponent::getType).toArray(Class<?>[]::new));
            return constructor.newInstance(
                    Stream.of(members).map(SampleVerbs::value).toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no sample of " + type, e);
        }
    }

    private static Object value(RecordComponent member) {
        Class<?> type = member.getType();
        if (type == HostName.class) {
            return new HostName("node_a");
        } else if (type == SlotName.class) {
            return new SlotName("drover_0badf00d");
        } else if (type == ApplicationName.class) {
            return new ApplicationName("drover_0badf00d");
        } else if (type == StandbyNames.class) {
            return new StandbyNames("node_a");
        } else if (type == DatabaseName.class) {
            return new DatabaseName("app");
        } else if (type == NodePath.class) {
            return new NodePath("/fake/elsewhere");
        } else if (type == int.class) {
            return member.getName().endsWith("ort") ? (Object) MiniCluster.PORT : (Object) 1;
        } else if (type == long.class || type == Long.class) {
            return 1_000_000L;
        } else if (type == boolean.class) {
            return true;
        } else if (type == ShardId.class) {
            return MiniCluster.SHARD;
        } else if (type == Lsn.class) {
            return new Lsn(1);
        } else if (type == FenceEpoch.class) {
            return new FenceEpoch(2);
        } else if (type == List.class) {
            return switch (member.getName()) {
                case "shards" -> List.of(MiniCluster.SHARD);
                case "sessions" -> List.of(new SessionMark(1, 1, 1));
                default -> List.of(new CanaryQuery("select 1"));
            };
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        return make(type);
    }
}
