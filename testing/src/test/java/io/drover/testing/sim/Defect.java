/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import static net.bytebuddy.matcher.ElementMatchers.isStatic;
import static net.bytebuddy.matcher.ElementMatchers.named;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType.Builder;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.implementation.StubMethod;

/** A rule that is taken out of production's code, which a simulation then has to notice. */
enum Defect {
    /** What does not run is started, whatever the topology, the seal and the record say (R7, R8). */
    START_RULE_OFF(Map.of(
            "io.drover.daemon.agent.StartRule", Change.ALWAYS_STARTS,
            "io.drover.daemon.agent.RoleKeeper", Change.REVIVES_ALL)),
    /** An agent carries out commands in whichever order they come, whether they fit the topology and who leads or not (R3, H37, H50). */
    GATES_OPEN(Map.of(
            "io.drover.daemon.agent.TopologyGate", Change.REFUSES_NOTHING,
            "io.drover.topology.TopologyStore", Change.VERIFIES_NOTHING,
            "io.drover.daemon.agent.TokenGate", Change.ACCEPTS)),
    /** An agent takes whatever it reads of the topology for the newest (H40). */
    OLD_READS_COUNT(Map.of("io.drover.daemon.agent.TopologyGate", Change.BELIEVES_READS)),
    /** The seal closes the door and lets the sessions that are there go on. */
    SEAL_SPARES_SESSIONS(Map.of("io.drover.daemon.agent.SealedPostgres", Change.HOLDS_NO_SESSION)),
    /** The seal does not even close the door. */
    SEAL_HOLDS_NOBODY(Map.of("io.drover.daemon.agent.SealedPostgres", Change.HOLDS_NOBODY)),
    /** Other standbys are not led under the target (H29). */
    STANDBYS_STAY(Map.of("io.drover.daemon.move.StandbyRows", Change.LEADS_NOBODY)),
    /** They are not led back when the move is undone. */
    STANDBYS_ARE_LEFT(Map.of("io.drover.daemon.move.StandbyRows", Change.LEAVES_THEM)),
    /** The new primary's commits cease to wait for anybody when its other settings are put back (R10). */
    NOTHING_LASTS(Map.of("io.drover.daemon.agent.SettingsJournal", Change.HANDS_NOTHING_OVER));

    @SuppressWarnings("ImmutableEnumChecker") // made by Map.of
    private final Map<String, Change> changes;

    Defect(Map<String, Change> changes) {
        this.changes = changes;
    }

    /** The classes that it changes. */
    Map<String, Change> changes() {
        return changes;
    }

    /** What becomes of a class. */
    enum Change {
        ALWAYS_STARTS(type -> builder -> builder.method(named("decide"))
                .intercept(MethodCall.invoke(only(type, "start")).with("there is no rule"))),
        ACCEPTS(type ->
                builder -> builder.method(named("accept").and(isStatic())).intercept(FixedValue.argument(0))),
        REVIVES_ALL(type -> builder -> builder.method(named("isDead")).intercept(FixedValue.value(true))),
        REFUSES_NOTHING(type -> builder ->
                builder.method(named("refusal")).intercept(MethodCall.invoke(method(Optional.class, "empty")))),
        BELIEVES_READS(type ->
                builder -> builder.method(named("isNewest").and(isStatic())).intercept(FixedValue.value(true))),
        VERIFIES_NOTHING(type -> builder -> builder.method(named("verify")).intercept(StubMethod.INSTANCE)),
        HOLDS_NO_SESSION(type -> builder -> builder.method(named("holdSessions"))
                .intercept(MethodCall.invoke(method(OptionalInt.class, "of", int.class))
                        .with(0))
                .method(named("endSessions").or(named("verify")))
                .intercept(StubMethod.INSTANCE)),
        LEADS_NOBODY(type -> builder -> builder.method(named("follow")).intercept(StubMethod.INSTANCE)),
        HANDS_NOTHING_OVER(
                type -> builder -> builder.method(named("handedOver")).intercept(FixedValue.argument(0))),
        LEAVES_THEM(type -> builder -> builder.method(named("unfollow")).intercept(StubMethod.INSTANCE)),
        HOLDS_NOBODY(type -> builder ->
                HOLDS_NO_SESSION.in(type, builder).method(named("freeze")).intercept(StubMethod.INSTANCE));

        @SuppressWarnings("ImmutableEnumChecker") // has no state
        private final Function<TypeDescription, UnaryOperator<Builder<?>>> how;

        Change(Function<TypeDescription, UnaryOperator<Builder<?>>> how) {
            this.how = how;
        }

        Builder<?> in(TypeDescription type, Builder<?> builder) {
            return how.apply(type).apply(builder);
        }

        private static MethodDescription only(TypeDescription type, String method) {
            return type.getDeclaredMethods().filter(named(method)).getOnly();
        }

        private static Method method(Class<?> type, String name, Class<?>... parameters) {
            try {
                return type.getMethod(name, parameters);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
