/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.Json;
import io.drover.api.MoveId;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.ShardId;
import io.drover.api.agent.Facts.InstanceFacts;
import io.drover.api.agent.Facts.TargetFacts;
import io.drover.api.agent.Reports.NodeReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Facts of two healthy nodes, as JSON that a test spoils in one place. */
final class SampleFacts {
    static final MoveId MOVE = new MoveId("1a2b3c4d-0000");
    static final String APPLICATION = "drover_1a2b3c4d";

    final ObjectNode source = read("instance.json");
    final ObjectNode standby = read("instance.json");
    final ObjectNode sourceNode = read("node.json");
    final ObjectNode targetNode = read("node.json");
    final ObjectNode target = Json.mapper().createObjectNode();
    Optional<String> wayBackLogin = Optional.empty();
    final List<PreflightFacts.Companion> standbys = new ArrayList<>();
    final List<TargetFacts> places = new ArrayList<>();
    final List<PreflightFacts.Poolers> poolers = new ArrayList<>();
    final List<String> openAccess = new ArrayList<>();
    OptionalLong lagBytes = OptionalLong.empty();
    OptionalLong lagMillis = OptionalLong.empty();

    private MoveRequest.Mode mode = MoveRequest.Mode.AUTO;
    private final When phase;

    SampleFacts(When phase) {
        this.phase = phase;
        targetNode.put("id", "node_b").put("host", "127.0.0.22");
        target.put("plannedDataDir", "/var/lib/drover/shard_01/data").put("directoryState", "absent");
        target.put("portFree", true).put("replicationLogin", "");
        target.putArray("missingDirectories");
        target.putArray("leftovers");
        if (phase == When.WITH_STANDBY) {
            makeStandby();
        }
    }

    private void makeStandby() {
        target.put("directoryState", "an instance").put("portFree", false);
        source.withArray("slots")
                .addObject()
                .put("name", MOVE.slotName())
                .put("type", "physical")
                .put("active", true)
                .put("activePid", 41)
                .put("restartLsn", "0/3000000")
                .put("walStatus", "reserved");
        addSender(41, APPLICATION, MOVE.slotName());
        source.withArray("leftovers").add("slot " + MOVE.slotName());
        standby.put("inRecovery", true);
        standby.putObject("receiver")
                .put("status", "streaming")
                .put("receivedTimeline", 1)
                .put("slot", MOVE.slotName())
                .put("senderHost", "127.0.0.21")
                .put("senderPort", 5433)
                .put("replayPaused", false);
        wayBackLogin = Optional.of("");
        lagBytes = OptionalLong.of(0);
        lagMillis = OptionalLong.of(0);
    }

    SampleFacts addSender(int pid, String applicationName, String slot) {
        source.withArray("senders")
                .addObject()
                .put("pid", pid)
                .put("applicationName", applicationName)
                .put("clientAddress", "127.0.0.1")
                .put("state", "streaming")
                .put("replayLsn", "0/3000000")
                .put("syncState", "async")
                .put("slot", slot);
        return this;
    }

    SampleFacts addSlot(String name, String type, boolean active, String walStatus) {
        source.withArray("slots")
                .addObject()
                .put("name", name)
                .put("type", type)
                .put("active", active)
                .put("walStatus", walStatus)
                .putNull("activePid")
                .putNull("restartLsn");
        return this;
    }

    /** Both sides: the copy takes over the settings of the source. */
    SampleFacts set(String name, String value) {
        set(source, name, value);
        set(standby, name, value);
        return this;
    }

    static void set(ObjectNode instance, String name, String value) {
        ((ObjectNode) instance.withObject("/settings").get(name)).put("value", value);
    }

    static void setSource(ObjectNode instance, String name, String from) {
        ((ObjectNode) instance.withObject("/settings").get(name)).put("source", from);
    }

    /** As the move is to be made, or as it is. */
    SampleFacts inMode(MoveRequest.Mode wanted) {
        mode = wanted;
        return this;
    }

    SampleFacts add(ObjectNode node, String member, String text) {
        ((ArrayNode) node.get(member)).add(text);
        return this;
    }

    /** A line of postgresql.auto.conf that no journal explains. */
    SampleFacts stray(ObjectNode instance, String name, String value) {
        instance.withObject("/unexplainedSettings").put(name, value);
        return this;
    }

    /** node_c as the place of a further standby. */
    SampleFacts place(Consumer<ObjectNode> spoil) {
        ObjectNode place = target.deepCopy();
        place.set("node", targetNode.deepCopy().put("id", "node_c"));
        spoil.accept(place);
        places.add(convert(place, TargetFacts.class));
        return this;
    }

    /** Another standby of the instance, on node_c, which streams from the source under its name. */
    SampleFacts companion(String name) {
        return companion(name, "", instance -> {});
    }

    /**
     * The same with something else about it.
     *
     * @param login why drover_repl could not log in to the target from there
     */
    SampleFacts companion(String name, String login, Consumer<ObjectNode> spoil) {
        String slot = "slot_" + name;
        ObjectNode instance = read("instance.json");
        set(instance, "recovery_target_timeline", "latest");
        instance.put("inRecovery", true);
        instance.putObject("receiver")
                .put("status", "streaming")
                .put("receivedTimeline", 1)
                .put("slot", slot)
                .put("senderHost", "127.0.0.21")
                .put("senderPort", 5433)
                .put("replayPaused", false)
                .put("applicationName", name);
        spoil.accept(instance);
        addSender(900 + standbys.size(), name, slot);
        standbys.add(new PreflightFacts.Companion(
                new NodeId("node_c"),
                false,
                Optional.of(convert(instance, InstanceFacts.class)),
                "",
                phase == When.WITH_STANDBY ? Optional.of(login) : Optional.empty()));
        return this;
    }

    /** One whose agent does not answer. */
    SampleFacts companionThatIsAway() {
        standbys.add(new PreflightFacts.Companion(
                new NodeId("node_c"), false, Optional.empty(), "no route to host", Optional.empty()));
        return this;
    }

    /** A group of two poolers, of which one is enough. */
    SampleFacts addPoolers(List<String> ready, List<String> troubled) {
        poolers.add(new PreflightFacts.Poolers(new ShardId("shard_01"), "edge", 1, ready, troubled));
        return this;
    }

    PreflightFacts facts() {
        boolean running = phase == When.WITH_STANDBY;
        target.set("node", targetNode);
        return new PreflightFacts(
                convert(
                                Json.mapper()
                                        .createObjectNode()
                                        .put("shard", "shard_01")
                                        .put("target", "node_b"),
                                MoveRequest.class)
                        .withMode(mode),
                running ? Optional.of(new PreflightFacts.Stream(MOVE, MOVE.slotName(), APPLICATION)) : Optional.empty(),
                convert(sourceNode, NodeReport.class),
                convert(source, InstanceFacts.class),
                convert(target, TargetFacts.class),
                running ? Optional.of(convert(standby, InstanceFacts.class)) : Optional.empty(),
                wayBackLogin,
                standbys,
                places,
                poolers,
                openAccess,
                lagBytes,
                lagMillis);
    }

    private static <T> T convert(JsonNode node, Class<T> type) {
        return Json.read(Json.bytes(node), type);
    }

    private static ObjectNode read(String name) {
        try (InputStream in = Objects.requireNonNull(
                SampleFacts.class.getResourceAsStream("/preflight/" + name), () -> name + " is missing")) {
            return (ObjectNode) Json.mapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
